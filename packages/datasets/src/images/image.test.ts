import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Prng } from '@dml-crc/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { picture } from '../testdata/pictures.ts'
import { openImage } from './image.ts'
import { plainJpeg } from './jpeg/header.ts'
import { loadTurbo } from './jpeg/turbo.ts'
import { openWithSharp } from './sharp-image.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'image-'))
})
afterAll(() => rm(folder, { recursive: true }))

const window = { width: 60, height: 45, left: 8, top: 3, columns: 40, rows: 40 }

/** The window by the quick path where it is open, or the words of the error. */
async function drawn(content: Buffer): Promise<Uint8Array | string> {
  const path = join(folder, 'one.jpg')
  await writeFile(path, content)
  const out = new Uint8Array(40 * 40 * 3)
  return openImage(path)
    .then((image) => image.draw(window, out))
    .then(() => out, String)
}

async function drawnBySharp(content: Buffer): Promise<Uint8Array | string> {
  const out = new Uint8Array(40 * 40 * 3)
  return openWithSharp(content)
    .then((image) => image.draw(window, out))
    .then(() => out, String)
}

const meanDifference = (a: Uint8Array | string, b: Uint8Array | string) =>
  (a as Uint8Array).reduce((sum, value, i) => sum + Math.abs(value - (b as Uint8Array)[i]), 0) / a.length

const hasTurbo = (await loadTurbo()) !== undefined

describe.skipIf(!hasTurbo)('the quick path for JPEG (needs @julusian/jpeg-turbo)', () => {
  const jpeg = (options = {}) => picture(100, 75).jpeg({ quality: 90, ...options })

  it.each([
    ['subsampled colour', () => jpeg()],
    ['full colour', () => jpeg({ chromaSubsampling: '4:4:4' })],
    ['progressive', () => jpeg({ progressive: true })],
    ['grey', () => jpeg().greyscale()],
  ] as const)('shows what sharp shows: %s', async (_, image) => {
    const content = await image().toBuffer()
    expect(plainJpeg(content)).toBeDefined()
    expect(meanDifference(await drawn(content), await drawnBySharp(content))).toBeLessThan(1.5)
    const flipped = new Uint8Array(40 * 40 * 3)
    await (await openImage(join(folder, 'one.jpg'))).draw({ ...window, flip: true }, flipped)
    const out = (await drawn(content)) as Uint8Array
    expect([...flipped.subarray(0, 3)]).toEqual([...out.subarray(39 * 3, 40 * 3)])
  })

  it('judges a file cut anywhere as sharp does, with and without an end put behind the cut', async () => {
    const content = await jpeg().toBuffer()
    for (let length = 150; length < content.length; length += 37) {
      for (const end of [[], [0xff, 0xd9]]) {
        const cut = Buffer.concat([content.subarray(0, length), Buffer.from(end)])
        const [mine, theirs] = [await drawn(cut), await drawnBySharp(cut)]
        expect(typeof mine, `${length} ${end}`).toBe(typeof theirs)
        // An end behind the cut makes some look like files with a few wrong bytes.
        if (end.length === 0) expect(mine, `${length}`).toBeTypeOf('string')
      }
    }
  })

  it('never shows what sharp refuses, of files with bytes exchanged', async () => {
    const content = await jpeg().toBuffer()
    const prng = Prng.fromSeed(8)
    for (let i = 0; i < 150; i++) {
      const garbled = Buffer.from(content)
      for (let j = 0; j < 3; j++) garbled[2 + prng.int(content.length - 2)] = prng.int(256)
      const [mine, theirs] = [await drawn(garbled), await drawnBySharp(garbled)]
      expect(typeof mine, `file ${i}`).toBe(typeof theirs)
    }
  })
})
