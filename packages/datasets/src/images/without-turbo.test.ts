import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ImageRecord } from '../dataset.ts'
import { writePictures } from '../testdata/pictures.ts'

let folder: string
let records: ImageRecord[]
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'without-'))
  records = await writePictures(folder, 9)
})
afterAll(() => rm(folder, { recursive: true }))

type Package = typeof import('../index.ts')

/** The package as it is loaded where the quick decoder is installed, or is not. */
async function load(kind: 'with' | 'without'): Promise<Package> {
  vi.resetModules()
  if (kind === 'with') vi.doUnmock('@julusian/jpeg-turbo')
  else {
    vi.doMock('@julusian/jpeg-turbo', () => {
      throw new Error("Cannot find package '@julusian/jpeg-turbo'")
    })
  }
  return import('../index.ts')
}

async function imagesOf({ createLoader, centerCrop, randomResizedCrop, augment }: Package, options = {}) {
  const out: Uint8Array[] = []
  for (const transform of [
    centerCrop({ size: 24, resize: 30 }),
    augment(randomResizedCrop({ size: 24 }), { flip: 0.5 }),
  ]) {
    const loader = createLoader(records, { batchSize: 4, transform, ...options })
    for await (const { images } of loader) out.push(images)
  }
  return out
}

const stored = async (cache: string) =>
  (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.rgb')).length

describe('without the optional decoder', () => {
  it('decodes all the same, and the same bytes for any number of workers', async () => {
    const without = await load('without')
    const images = await imagesOf(without, { workers: 1 })
    expect(await imagesOf(without, { workers: 4 })).toEqual(images)
    const near = await imagesOf(await load('with'))
    for (const [i, batch] of images.entries()) {
      const difference = batch.reduce((sum, value, j) => sum + Math.abs(value - near[i][j]), 0) / batch.length
      expect(difference).toBeLessThan(2)
    }
  })

  it('names the path of a file that is cut', async () => {
    const { createLoader, centerCrop } = await load('without')
    const path = join(folder, 'cut.jpg')
    await writeFile(path, (await readFile(records[0].path)).subarray(0, 400))
    const loader = createLoader([{ id: 'cut', path, label: 0 }], { batchSize: 1, transform: centerCrop({ size: 8 }) })
    await expect(loader[Symbol.asyncIterator]().next()).rejects.toThrow(/cut\.jpg: expected a whole image/)
  })

  it('keeps its stored images apart from those of the quick decoder', async () => {
    const cache = join(folder, 'cache')
    const images = await imagesOf(await load('without'), { cache })
    const count = await stored(cache)
    expect(count).toBe(2 * records.length)
    await imagesOf(await load('with'), { cache })
    const { loadTurbo } = await import('./jpeg/turbo.ts')
    expect(await stored(cache)).toBe((await loadTurbo()) ? 2 * count : count)
    expect(await imagesOf(await load('without'), { cache })).toEqual(images)
  })
})
