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
  for (const c of prng.shuffle(byClass.keys())) {
    const own = byClass[c]
    const share = Math.min(own.length, Math.max(2, Math.round((own.length * size) / count)))
    if (images.length + share > size && images.length > 2) break
    images.push(...prng.shuffle(own).slice(0, share))
  }
  return Int32Array.from(images)
}
