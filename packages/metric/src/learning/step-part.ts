import type { Prng } from '@dml-crc/core/prng'

/**
 * Draws the images of one step, about `size` of them: of every class its share, but two or more, so that each image can be coded
 * without itself by one of its class. Where that is more than `size`, some of the classes, others at each step.
 *
 * @param byClass the images of each class
 */
export function drawPart(byClass: readonly (readonly number[])[], size: number, prng: Prng): Int32Array {
  const count = byClass.reduce((sum, { length }) => sum + length, 0)
  const images: number[] = []
  for (const c of shuffled(Array.from(byClass.keys()), byClass.length, prng)) {
    const own = byClass[c]
    const share = Math.min(own.length, Math.max(2, Math.round((own.length * size) / count)))
    if (images.length + share > size && images.length > 2) break
    images.push(...shuffled(own, share, prng))
  }
  return Int32Array.from(images)
}

/** The first `count` of a random order of the values: Fisher and Yates. */
function shuffled(values: readonly number[], count: number, prng: Prng): number[] {
  const all = [...values]
  for (let i = 0; i < count; i++) {
    const j = i + prng.int(all.length - i)
    ;[all[i], all[j]] = [all[j], all[i]]
  }
  return all.slice(0, count)
}
