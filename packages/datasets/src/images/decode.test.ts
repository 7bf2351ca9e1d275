import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Prng } from '@dml-crc/core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Box } from '../dataset.ts'
import { gradient, picture } from '../testdata/pictures.ts'
import { centerCrop, cropToBox, tenCrop } from '../transforms/crops.ts'
import type { Transform } from '../transforms/transform.ts'
import { decode } from './decode.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decode-'))
})
afterAll(() => rm(folder, { recursive: true }))

const SIZE = 32
const whole = centerCrop({ size: SIZE, resize: SIZE })

let files = 0
async function decoded(content: Buffer, transform: Transform = whole, box?: Box): Promise<Uint8Array> {
  const path = join(folder, `${files++}`)
  await writeFile(path, content)
  const out = new Uint8Array(transform.size ** 2 * 3)
  await decode({ id: path, path, label: 0, box }, transform, Prng.fromSeed(0), out)
  return out
}

const meanDifference = (a: Uint8Array, b: Uint8Array) =>
  a.reduce((sum, value, i) => sum + Math.abs(value - b[i]), 0) / a.length

/** The picture every case shows, as bytes. */
const reference = new Uint8Array(gradient(SIZE, SIZE))
const base = () => picture(SIZE, SIZE)

describe('decode', () => {
  it('gives the bytes of a lossless image as they are', async () => {
    expect(await decoded(await base().png().toBuffer())).toEqual(reference)
  })

  it.each([
    ['JPEG', () => base().jpeg({ quality: 98 })],
    ['progressive JPEG', () => base().jpeg({ quality: 98, progressive: true })],
    ['CMYK JPEG', () => base().toColourspace('cmyk').jpeg({ quality: 98 })],
    ['WebP', () => base().webp({ quality: 98 })],
    ['GIF', () => base().gif()],
    ['16-bit PNG', () => base().toColourspace('rgb16').png()],
    ['16-bit TIFF', () => base().toColourspace('rgb16').tiff({ compression: 'none' })],
    ['opaque alpha', () => base().ensureAlpha(1).png()],
  ] as const)('reads %s', async (kind, image) => {
    // CMYK cannot show these colours all.
    expect(meanDifference(await decoded(await image().toBuffer()), reference)).toBeLessThan(
      kind.startsWith('CMYK') ? 60 : 8,
    )
  })

  it('makes three equal channels of one, in 8 and 16 bits', async () => {
    const grey = await base().greyscale().png().toBuffer()
    const deep = await base().greyscale().toColourspace('grey16').png().toBuffer()
    for (const content of [grey, deep]) {
      const out = await decoded(content)
      for (let i = 0; i < out.length; i += 3) expect([out[i + 1], out[i + 2]]).toEqual([out[i], out[i]])
    }
    expect(meanDifference(await decoded(grey), await decoded(deep))).toBeLessThan(2)
  })

  it('puts transparent parts on white', async () => {
    const clear = await base().ensureAlpha(0).png().toBuffer()
    expect(new Set(await decoded(clear))).toEqual(new Set([255]))
  })

  it('turns pictures upright, all eight ways of EXIF', async () => {
    for (let orientation = 1; orientation <= 8; orientation++) {
      const content = await picture(48, 32).withMetadata({ orientation }).png().toBuffer()
      const expected = await sharp(await sharp(content).autoOrient().png().toBuffer()).metadata()
      expect([expected.width, expected.height]).toEqual(orientation > 4 ? [32, 48] : [48, 32])
      const upright = await sharp(content)
        .autoOrient()
        .extract({
          left: orientation > 4 ? 0 : 8,
          top: orientation > 4 ? 8 : 0,
          width: 32,
          height: 32,
        })
        .raw()
        .toBuffer()
      expect(await decoded(content), `orientation ${orientation}`).toEqual(new Uint8Array(upright))
    }
  })

  it('takes the first picture of an animation', async () => {
    const frames = await Promise.all([0, 1].map((seed) => picture(SIZE, SIZE, seed).png().toBuffer()))
    const animation = await sharp(frames, { join: { animated: true } })
      .webp({ lossless: true })
      .toBuffer()
    expect((await sharp(animation, { animated: true }).metadata()).pages).toBe(2)
    expect(await decoded(animation)).toEqual(reference)
  })

  it('detects a JPEG that was cut, wherever', async () => {
    const content = await picture(200, 150).jpeg().toBuffer()
    for (const part of [0.1, 0.5, 0.9, 0.97]) {
      await expect(decoded(content.subarray(0, content.length * part)), `${part}`).rejects.toThrow(
        'expected a whole image',
      )
    }
    await expect(decoded(Buffer.from('no image'))).rejects.toThrow('expected a whole image')
    await expect(decoded(Buffer.alloc(0))).rejects.toThrow('expected a whole image')
  })

  it('mirrors the second five of ten crops, which lie at the corners and in the middle', async () => {
    const transforms = tenCrop({ size: 16, resize: 32 })
    const content = await base().png().toBuffer()
    const views = await Promise.all(transforms.map((transform) => decoded(content, transform)))
    expect(new Set(transforms.map(({ id }) => id)).size).toBe(10)
    const corners = [
      [0, 0],
      [16, 0],
      [0, 16],
      [16, 16],
      [8, 8],
    ]
    for (const [i, [left, top]] of corners.entries()) {
      const at = (view: Uint8Array, x: number, y: number) => [...view.subarray((y * 16 + x) * 3, (y * 16 + x) * 3 + 3)]
      const source = (x: number, y: number) => [...reference.subarray((y * 32 + x) * 3, (y * 32 + x) * 3 + 3)]
      expect(at(views[i], 3, 5)).toEqual(source(left + 3, top + 5))
      expect(at(views[i + 5], 12, 5)).toEqual(source(left + 3, top + 5))
    }
  })

  it('looks at the box alone, even where it runs past the edge', async () => {
    const content = await picture(64, 64).png().toBuffer()
    const transform = cropToBox(centerCrop({ size: 16, resize: 16 }))
    const inside = await decoded(content, transform, { left: 32, top: 16, width: 16, height: 16 })
    const cut = await sharp(content).extract({ left: 32, top: 16, width: 16, height: 16 }).raw().toBuffer()
    expect(inside).toEqual(new Uint8Array(cut))
    const past = await decoded(content, transform, { left: 48, top: 48, width: 400, height: 400 })
    expect(
      meanDifference(
        past,
        new Uint8Array(await sharp(content).extract({ left: 48, top: 48, width: 16, height: 16 }).raw().toBuffer()),
      ),
    ).toBe(0)
    expect((await decoded(content, transform)).length).toBe(16 * 16 * 3)
  })

  it('does not change the file', async () => {
    const content = await base().jpeg().toBuffer()
    await decoded(content)
    expect(content.equals(await readFile(join(folder, `${files - 1}`)))).toBe(true)
  })
})
