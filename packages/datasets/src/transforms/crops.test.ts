import { InputError, Prng } from '@dml-crc/core'
import { describe, expect, it } from 'vitest'
import { augment } from './augment.ts'
import { centerCrop, cropToBox, randomResizedCrop } from './crops.ts'

const sizes = [
  [500, 375],
  [375, 500],
  [40, 900],
  [224, 224],
  [1, 1],
  [3000, 7],
].map(([width, height]) => ({ width, height }))

describe('crops', () => {
  it('keep their window inside the image, whatever its size', () => {
    const prng = Prng.fromSeed(1)
    const random = randomResizedCrop({ size: 64 })
    const transforms = [centerCrop({ size: 64 }), random, cropToBox(random, { margin: 0.2 })]
    for (const image of sizes) {
      for (let i = 0; i < 200; i++) {
        const box = {
          left: prng.uniform(-9, image.width),
          top: prng.uniform(-9, image.height),
          width: prng.uniform(0, 600),
          height: prng.uniform(0, 600),
        }
        for (const transform of transforms) {
          const { left, top, width, height } = transform.view(image, prng, box)
          expect([left, top, width, height].every(Number.isInteger)).toBe(true)
          expect(left >= 0 && top >= 0 && left + 64 <= width && top + 64 <= height).toBe(true)
        }
      }
    }
  })

  it('the middle crop keeps the aspect ratio and is in the middle', () => {
    expect(centerCrop({ size: 224 }).view({ width: 500, height: 375 }, Prng.fromSeed(0))).toEqual({
      width: 341,
      height: 256,
      left: 59,
      top: 16,
    })
  })

  it('the random crop covers areas and ratios of the ranges it was given', () => {
    const prng = Prng.fromSeed(2)
    const image = { width: 600, height: 600 }
    const transform = randomResizedCrop({ size: 60, scale: [0.2, 0.6] })
    const views = Array.from({ length: 2000 }, () => transform.view(image, prng))
    // The window covers 60/width × 60/height of the image.
    const areas = views.map(({ width, height }) => 3600 / (width * height))
    const ratios = views.map(({ width, height }) => height / width)
    expect(Math.min(...areas)).toBeGreaterThan(0.19)
    expect(Math.max(...areas)).toBeLessThan(0.62)
    expect(areas.reduce((a, b) => a + b) / 2000).toBeCloseTo(0.4, 1)
    expect(Math.min(...ratios)).toBeCloseTo(0.75, 1)
    expect(Math.max(...ratios)).toBeCloseTo(1.33, 1)
  })

  it('refuse sizes and ranges that make no sense', () => {
    expect(() => centerCrop({ size: 0 })).toThrow(InputError)
    expect(() => centerCrop({ size: 224, resize: 200 })).toThrow(/resize/)
    expect(() => randomResizedCrop({ size: 10, scale: [0, 1] })).toThrow(/scale/)
    expect(() => randomResizedCrop({ size: 10, ratio: [2, 1] })).toThrow(/ratio/)
    expect(() => augment(centerCrop({ size: 8 }), { flip: 2 })).toThrow(/flip/)
  })
})

describe('augment', () => {
  const size = 16
  const base = centerCrop({ size })
  const grey = () => new Uint8Array(size * size * 3).fill(100)
  const painted = (transform: ReturnType<typeof augment>, seed = 0, pixels = grey()) => {
    transform.paint!(pixels, Prng.fromSeed(seed))
    return pixels
  }

  it('mirrors as often as asked', () => {
    const prng = Prng.fromSeed(3)
    const views = Array.from({ length: 2000 }, () => augment(base, { flip: 0.3 }).view(sizes[0], prng))
    expect(views.filter(({ flip }) => flip).length / 2000).toBeCloseTo(0.3, 1)
  })

  it('brightens by factors of the range, and keeps grey grey under the other three', () => {
    const values = Array.from(
      { length: 200 },
      (_, seed) => painted(augment(base, { jitter: { brightness: 0.4 } }), seed)[0],
    )
    expect(Math.min(...values)).toBeGreaterThanOrEqual(60)
    expect(Math.max(...values)).toBeLessThanOrEqual(140)
    expect(Math.max(...values) - Math.min(...values)).toBeGreaterThan(60)
    const others = augment(base, { jitter: { contrast: 0.5, saturation: 0.5, hue: 0.5 } })
    for (let seed = 0; seed < 20; seed++) expect(painted(others, seed)).toEqual(grey())
  })

  it('turns the hue of a colour right round', () => {
    const red = new Uint8Array(size * size * 3).map((_, i) => (i % 3 === 0 ? 150 : 60))
    const turned = painted(augment(base, { jitter: { hue: 1 } }), 5, red.slice())
    expect(turned.slice(0, 3)).not.toEqual(red.slice(0, 3))
    expect(turned[0] + turned[1] + turned[2]).toBeCloseTo(270, -1)
  })

  it('erases one rectangle of the asked area, as often as asked', () => {
    const areas = Array.from({ length: 300 }, (_, seed) => {
      const pixels = painted(augment(base, { erase: { probability: 0.5, area: [0.2, 0.3] } }), seed)
      let changed = 0
      for (let i = 0; i < pixels.length; i += 3) if (pixels[i] !== 100 || pixels[i + 1] !== 100) changed++
      return changed / size ** 2
    })
    const erased = areas.filter((area) => area > 0)
    expect(erased.length / 300).toBeCloseTo(0.5, 1)
    expect(Math.min(...erased)).toBeGreaterThan(0.14)
    expect(Math.max(...erased)).toBeLessThan(0.36)
  })

  it('has another id for other options', () => {
    const ids = [{}, { flip: 0.5 }, { jitter: { hue: 0.1 } }, { erase: { probability: 1 } }].map(
      (o) => augment(base, o).id,
    )
    expect(new Set([base.id, ...ids]).size).toBe(5)
  })
})
