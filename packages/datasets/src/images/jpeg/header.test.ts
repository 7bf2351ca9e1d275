import { Prng } from '@dml-crc/core'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { picture } from '../../testdata/pictures.ts'
import { plainJpeg } from './header.ts'

const size = { width: 50, height: 34 }
const base = () => picture(size.width, size.height)

/** A JPEG with one more segment behind its start. */
async function withSegment(marker: number, body: Buffer): Promise<Buffer> {
  const jpeg = await base().jpeg().toBuffer()
  const head = Buffer.from([0xff, marker, (body.length + 2) >> 8, (body.length + 2) & 255])
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}

/** EXIF that holds nothing but the orientation. */
function exif(order: 'II' | 'MM', orientation: number): Buffer {
  const short = (value: number) => (order === 'II' ? [value, 0] : [0, value])
  const long = (value: number) => (order === 'II' ? [value, 0, 0, 0] : [0, 0, 0, value])
  const entry = [
    ...(order === 'II' ? [0x12, 0x01] : [0x01, 0x12]),
    ...short(3),
    ...long(1),
    ...short(orientation),
    0,
    0,
  ]
  return Buffer.from([...Buffer.from(`Exif\0\0${order}`), ...short(42), ...long(8), ...short(1), ...entry])
}

describe('plainJpeg', () => {
  it.each([
    ['baseline', () => base().jpeg()],
    ['progressive', () => base().jpeg({ progressive: true })],
    ['not subsampled', () => base().jpeg({ chromaSubsampling: '4:4:4' })],
    ['grey', () => base().greyscale().jpeg()],
  ] as const)('gives the size of one that is %s', async (_, image) => {
    expect(plainJpeg(await image().toBuffer())).toEqual(size)
  })

  it.each([
    ['CMYK', () => base().toColourspace('cmyk').jpeg()],
    ['with a wide profile', () => base().withIccProfile('p3').jpeg()],
    ['PNG', () => base().png()],
    ['WebP', () => base().webp()],
  ] as const)('leaves out what is %s', async (_, image) => {
    expect(plainJpeg(await image().toBuffer())).toBeUndefined()
  })

  it('reads the orientation in EXIF of both byte orders, and takes sRGB profiles for plain', async () => {
    for (const order of ['II', 'MM'] as const) {
      for (let orientation = 1; orientation <= 8; orientation++) {
        const jpeg = await withSegment(0xe1, exif(order, orientation))
        // That the segment is well made, sharp says.
        expect((await sharp(jpeg).metadata()).orientation).toBe(orientation)
        expect(plainJpeg(jpeg)).toEqual(orientation === 1 ? size : undefined)
      }
    }
    const profile = (name: string) => withSegment(0xe2, Buffer.from(`ICC_PROFILE\0\x01\x01 desc ${name} `, 'latin1'))
    expect(plainJpeg(await profile('sRGB IEC61966-2.1'))).toEqual(size)
    expect(plainJpeg(await profile('Adobe RGB (1998)'))).toBeUndefined()
  })

  it('takes cut and garbled headers for none or reads them, and never throws', async () => {
    const jpeg = await withSegment(0xe1, exif('MM', 1))
    const scan = jpeg.indexOf(Buffer.from([0xff, 0xda]))
    for (let length = 0; length < scan; length++) expect(plainJpeg(jpeg.subarray(0, length))).toBeUndefined()
    const prng = Prng.fromSeed(5)
    let whole = 0
    for (let i = 0; i < 3000; i++) {
      const garbled = Buffer.from(jpeg)
      for (let j = 0; j < 4; j++) garbled[prng.int(scan)] = prng.int(256)
      const read = plainJpeg(garbled)
      if (read) whole++
      if (read) expect(read.width * read.height).toBeGreaterThan(0)
    }
    expect(whole).toBeGreaterThan(0)
  })
})
