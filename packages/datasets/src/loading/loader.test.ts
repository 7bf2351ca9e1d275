import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, InputError, Prng } from '@dml-crc/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ImageRecord } from '../dataset.ts'
import { writePictures } from '../testdata/pictures.ts'
import { augment } from '../transforms/augment.ts'
import { centerCrop, randomResizedCrop } from '../transforms/crops.ts'
import { type Batch, createLoader, type Loader, type LoaderOptions } from './loader.ts'
import { shuffled } from './samplers.ts'

let folder: string
let records: ImageRecord[]
let truncated: ImageRecord

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loader-'))
  records = await writePictures(folder, 23)
  truncated = { id: 'cut', path: join(folder, 'cut.jpg'), label: 0 }
  const whole = await readFile(records[0].path)
  await writeFile(truncated.path, whole.subarray(0, whole.length * 0.7))
})
afterAll(() => rm(folder, { recursive: true }))

const random = augment(randomResizedCrop({ size: 24 }), {
  flip: 0.5,
  jitter: { brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1 },
  erase: { probability: 0.5 },
})
const loader = (options: Partial<LoaderOptions> = {}, list: readonly ImageRecord[] = records): Loader =>
  createLoader(list, { batchSize: 5, transform: random, sampler: shuffled, prng: Prng.fromSeed(4), ...options })

async function all(batches: AsyncIterable<Batch>): Promise<Batch[]> {
  const out: Batch[] = []
  for await (const batch of batches) out.push(batch)
  return out
}

describe('createLoader', () => {
  it('hands out every record once, with its label, in whole batches and a rest', async () => {
    const batches = await all(loader())
    expect(batches.map(({ shape }) => shape)).toEqual([...Array(4).fill([5, 24, 24, 3]), [3, 24, 24, 3]])
    const indices = batches.flatMap((batch) => [...batch.indices])
    expect([...indices].sort((a, b) => a - b)).toEqual([...records.keys()])
    expect(indices).not.toEqual([...records.keys()])
    for (const batch of batches) {
      expect([...batch.labels]).toEqual([...batch.indices].map((i) => records[i].label))
      expect(batch.images).toHaveLength(batch.shape.reduce((a, b) => a * b))
    }
  })

  it('gives the same bytes for the same seed, whatever the number of workers and of batches ahead', async () => {
    const reference = await all(loader({ workers: 1, prefetch: 0 }))
    for (const options of [{ workers: 4, prefetch: 3 }, { workers: 2 }]) {
      expect(await all(loader(options))).toEqual(reference)
    }
    expect(await all(loader({ prng: Prng.fromSeed(5) }))).not.toEqual(reference)
  })

  it('draws another order and other views in each epoch', async () => {
    const one = loader()
    const [first, second] = [await all(one), await all(one)]
    expect(second[0].indices).not.toEqual(first[0].indices)
    expect(one.state().epoch).toBe(2)
  })

  it('goes on mid-epoch from a saved state, repeating and losing nothing', async () => {
    const reference = [...(await all(loader())), ...(await all(restored(loader(), { epoch: 1, position: 0 })))]
    for (const stopAfter of [1, 3, 5, 7]) {
      const seen: Batch[] = []
      const one = loader()
      while (seen.length < stopAfter) {
        for await (const batch of one) if (seen.push(batch) === stopAfter) break
      }
      const state = JSON.parse(JSON.stringify(one.state()))
      const other = loader({ prng: Prng.fromSeed(99) })
      other.restore(state)
      while (seen.length < reference.length) seen.push(...(await all(other)))
      expect(seen).toEqual(reference)
    }
  })

  it('goes on after a break', async () => {
    const one = loader()
    const seen: Batch[] = []
    for await (const batch of one) if (seen.push(batch) === 2) break
    seen.push(...(await all(one)))
    expect(seen).toEqual(await all(loader()))
  })

  it('decodes no more than the batches ahead', async () => {
    let decoded = 0
    const counting = { ...random, paint: () => void decoded++ }
    const batches = loader({ transform: counting, batchSize: 2, prefetch: 2 })[Symbol.asyncIterator]()
    await batches.next()
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(decoded).toBeLessThanOrEqual(2 * 3)
    await batches.return?.()
  })

  it('ends with an error that names the path of a truncated file', async () => {
    const failing = all(loader({ sampler: undefined }, [...records.slice(0, 7), truncated]))
    await expect(failing).rejects.toThrow(DataError)
    await expect(failing).rejects.toThrow(/cut\.jpg: expected a whole image, received data that does not decode/)
  })

  it('leaves bad files out when told to, and lists them', async () => {
    const gone = { id: 'gone', path: join(folder, 'gone.jpg'), label: 1 }
    const one = loader({ onError: 'skip', sampler: undefined, batchSize: 2 }, [
      records[0],
      truncated,
      gone,
      truncated,
      records[1],
    ])
    const batches = await all(one)
    expect(batches.map(({ indices }) => [...indices])).toEqual([[0], [4]])
    expect(one.skipped.map(({ record }) => record.id)).toEqual(['cut', 'gone', 'cut'])
  })

  it('stops at the signal, before and during an iteration', async () => {
    const abort = new AbortController()
    const one = loader({ signal: abort.signal })
    const stopped = async () => {
      for await (const _ of one) abort.abort(new Error('enough'))
    }
    await expect(stopped()).rejects.toThrow('enough')
    await expect(all(one)).rejects.toThrow('enough')
  })

  it('refuses a second iteration beside the first', async () => {
    const one = loader()
    for await (const _ of one) {
      await expect(all(one)).rejects.toThrow(InputError)
      break
    }
  })

  it('refuses what it cannot work with', () => {
    expect(() => loader({}, [])).toThrow(InputError)
    expect(() => loader({ batchSize: 0 })).toThrow(/batchSize/)
    expect(() => loader({ workers: 1.5 })).toThrow(/workers/)
    expect(() => loader().restore({ ...loader().state(), position: 24 })).toThrow(/position/)
  })
})

describe('the cache', () => {
  it('removes what a killed process left half written, before it writes anything', async () => {
    const cache = join(folder, 'cache-3')
    const transform = centerCrop({ size: 16 })
    await all(loader({ transform, cache }, records.slice(0, 3)))
    const names = (await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.rgb'))
    // As `replaceFile` names what a process is writing; this one is long gone, on another machine.
    const left = join(cache, `${names[0]}.00000000-1-00000000.tmp`)
    await writeFile(left, 'half')
    await utimes(left, 0, 0)
    await all(loader({ transform, cache }, records.slice(3, 6)))
    expect((await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.tmp'))).toEqual([])
    expect(existsSync(join(cache, names[0]))).toBe(true)
  })

  it('gives the same bytes cold and warm, and for a middle crop those of the file', async () => {
    const cache = join(folder, 'cache')
    for (const transform of [random, centerCrop({ size: 24, resize: 30 })]) {
      const cold = await all(loader({ transform, cache }))
      expect(await all(loader({ transform, cache }))).toEqual(cold)
      if (transform !== random) expect(await all(loader({ transform }))).toEqual(cold)
    }
    expect((await readdir(cache, { recursive: true })).filter((name) => name.endsWith('.rgb'))).toHaveLength(46)
  })

  it('decodes a file anew that was replaced, and a stored one that was cut', async () => {
    const cache = join(folder, 'cache-2')
    const transform = centerCrop({ size: 24 })
    const [record] = await writePictures(await mkdtemp(join(folder, 'one-')), 1)
    const first = await all(loader({ transform, cache }, [record]))
    for (const name of await readdir(cache, { recursive: true })) {
      if (name.endsWith('.rgb')) await writeFile(join(cache, name), 'cut')
    }
    expect(await all(loader({ transform, cache }, [record]))).toEqual(first)
    await writeFile(record.path, await readFile(records[5].path))
    expect(await all(loader({ transform, cache }, [record]))).not.toEqual(first)
  })
})

function restored(one: Loader, { epoch, position }: { epoch: number; position: number }): Loader {
  one.restore({ ...one.state(), epoch, position })
  return one
}
