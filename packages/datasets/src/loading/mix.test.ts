import { InputError, Prng } from '@dml-crc/core'
import { expect, it } from 'vitest'
import { cutMix, mixup } from './mix.ts'

const SIDE = 8
const bytes = 3 * SIDE * SIDE
/** Three images of one value each. */
const batch = () => Uint8Array.from({ length: 3 * bytes }, (_, i) => [0, 100, 200][Math.floor(i / bytes)])
const image = (images: Uint8Array, i: number) => images.subarray(i * bytes, (i + 1) * bytes)
const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length

it('mixup: every pixel is λ of its own and the rest of the image before', () => {
  const images = batch()
  const share = mixup().apply(images, SIDE, Prng.fromSeed(3))
  for (const [i, [own, other]] of [
    [0, 200],
    [100, 0],
    [200, 100],
  ].entries()) {
    for (const value of image(images, i)) expect(value).toBe(Math.round(share * own + (1 - share) * other))
  }
})

it('CutMix: one window of the image before, and the share of the area is exact', () => {
  for (let seed = 0; seed < 20; seed++) {
    const images = batch()
    const share = cutMix().apply(images, SIDE, Prng.fromSeed(seed))
    for (const [i, [own, other]] of [
      [0, 200],
      [100, 0],
      [200, 100],
    ].entries()) {
      expect(new Set([...image(images, i), own, other])).toEqual(new Set([own, other]))
      expect(mean(image(images, i))).toBeCloseTo(share * own + (1 - share) * other, 9)
    }
  }
})

it.each([0, -1, Number.NaN])('alpha %s is refused', (alpha) => {
  expect(() => mixup({ alpha })).toThrow(InputError)
  expect(() => cutMix({ alpha })).toThrow(InputError)
})
