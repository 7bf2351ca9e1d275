import { Prng } from '@dml-crc/core'
import { describe, expect, it } from 'vitest'
import golden from '../testdata/pillow_resized.json' with { type: 'json' }
import { type Interpolation, type Window, withResampler } from './resample.ts'
import type { Size } from './transform.ts'

/** The generator of scripts/make-resized.py. */
function noise({ width, height }: Size, seed: number): Uint8Array {
  let state = seed
  return new Uint8Array(width * height * 3).map(() => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0
    return state >>> 24
  })
}

const resampled = (pixels: Uint8Array, image: Size, window: Window): Promise<Uint8Array> =>
  withResampler(async (resampler) => {
    resampler.prepare(image, window).pixels.set(pixels)
    const out = new Uint8Array(window.columns * window.rows * 3)
    resampler.write(out)
    return out
  })

function mirrored(pixels: Uint8Array, columns: number): Uint8Array {
  const at = (i: number) =>
    Math.floor(i / (columns * 3)) * columns * 3 + (columns - 1 - (Math.floor(i / 3) % columns)) * 3
  return pixels.map((_, i) => pixels[at(i) + (i % 3)])
}

describe('the resampler', () => {
  it.each(golden.cases)(
    `gives the bytes of Pillow ${golden.pillow}, case %#`,
    async ({ seed, image, window: part, interpolation, pixels }) => {
      const window = { ...part, interpolation: interpolation as Interpolation }
      const expected = new Uint8Array(Buffer.from(pixels, 'base64'))
      const from = noise(image, seed)
      expect(await resampled(from, image, window)).toEqual(expected)
      expect(await resampled(from, image, { ...window, flip: true })).toEqual(mirrored(expected, window.columns))
    },
  )

  it('reads no rows but those it names', async () => {
    const image = { width: 60, height: 90 }
    const pixels = noise(image, 7)
    for (const [height, top] of [
      [45, 0],
      [45, 20],
      [45, 35],
      [90, 30],
      [200, 190],
    ]) {
      const window = { width: 30, height, left: 5, top, columns: 20, rows: 10 }
      const expected = await resampled(pixels, image, window)
      await withResampler(async (resampler) => {
        const { pixels: all, firstRow, rowCount } = resampler.prepare(image, window)
        expect(firstRow).toBeGreaterThanOrEqual(0)
        expect(firstRow + rowCount).toBeLessThanOrEqual(image.height)
        const read = pixels.slice()
        read.fill(0, 0, firstRow * 180)
        read.fill(0, (firstRow + rowCount) * 180)
        all.set(read)
        const out = new Uint8Array(expected.length)
        resampler.write(out)
        expect(out).toEqual(expected)
      })
    }
  })

  it('keeps an image of one colour so, at any scale', async () => {
    const prng = Prng.fromSeed(3)
    for (let i = 0; i < 50; i++) {
      const image = { width: 1 + prng.int(80), height: 1 + prng.int(80) }
      const size = { width: 1 + prng.int(120), height: 1 + prng.int(120) }
      const window = { ...size, left: 0, top: 0, columns: size.width, rows: size.height }
      const colour = prng.int(256)
      const pixels = new Uint8Array(image.width * image.height * 3).fill(colour)
      expect(new Set(await resampled(pixels, image, window))).toEqual(new Set([colour]))
    }
  })

  it('lends each user a memory of its own', async () => {
    const image = { width: 30, height: 20 }
    const window = { width: 15, height: 10, left: 1, top: 1, columns: 12, rows: 8 }
    const alone = await Promise.all([1, 2, 3].map((seed) => resampled(noise(image, seed), image, window)))
    const together = await Promise.all(
      [1, 2, 3].map((seed) =>
        withResampler(async (resampler) => {
          resampler.prepare(image, window).pixels.set(noise(image, seed))
          await new Promise((resolve) => setTimeout(resolve, 5))
          const out = new Uint8Array(12 * 8 * 3)
          resampler.write(out)
          return out
        }),
      ),
    )
    expect(together).toEqual(alone)
  })
})
