import { Prng } from '@dml-crc/core/prng'
import { expect, it } from 'vitest'
import { drawPart } from './step-part.ts'

/** Classes of the given sizes, their images numbered one class after another. */
function classesOf(sizes: readonly number[]): number[][] {
  let next = 0
  return sizes.map((size) => Array.from({ length: size }, () => next++))
}

it.each([
  ['classes alike', Array(20).fill(30), 100],
  ['a large class among small ones', [500, ...Array(30).fill(4)], 120],
  ['more classes than fit', Array(200).fill(3), 50],
  ['less room than two classes take', [10, 10, 10], 1],
])('draws two or more images of each class it takes, about as many as asked for: %s', (_, sizes, size) => {
  const byClass = classesOf(sizes)
  const prng = Prng.fromSeed(1)
  const seen = new Set<number>()
  const draws = 200
  for (let draw = 0; draw < draws; draw++) {
    const images = [...drawPart(byClass, size, prng)]
    expect(new Set(images).size).toBe(images.length)
    expect(images.length).toBeLessThanOrEqual(Math.max(size, 4))
    expect(images.length).toBeGreaterThanOrEqual(Math.min(0.7 * size, 4))
    const counts = byClass.map((own) => own.filter((image) => images.includes(image)).length)
    expect(counts.filter((count) => count === 1)).toEqual([])
    expect(counts.filter((count) => count > 0).length).toBeGreaterThan(1)
    for (const image of images) seen.add(image)
  }
  expect(seen.size).toBe(byClass.flat().length)
})
