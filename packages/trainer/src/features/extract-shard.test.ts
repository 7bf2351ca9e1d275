import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBackbone } from '@dml-crc/backbones'
import { InputError, Prng } from '@dml-crc/core'
import { centerCrop, demo, drawDemo, randomResizedCrop } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { extractFeatures } from './extract-features.ts'
import { extractShard } from './extract-shard.ts'
import { FeatureFile } from './feature-file.ts'

const SIZE = 16
let folder: string

beforeAll(async () => {
  await loadEngine({ prefer: 'wasm' })
  folder = await mkdtemp(join(tmpdir(), 'shard-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('shards, below each other, are the features of the whole list bit for bit, random views too', async () => {
  const root = join(folder, 'demo')
  await drawDemo(root, { perClass: { train: 1, val: 1, test: 1 }, size: 40 })
  const records = (await (await demo(root)).split('train')).slice(0, 11)
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE })
  const shared = { backbone, records, batchSize: 2, prng: Prng.fromSeed(3) }
  const random = { transform: randomResizedCrop({ size: SIZE, scale: [0.3, 1] }), views: 2 }
  for (const { transform, views } of [{ transform: centerCrop({ size: SIZE }), views: 1 }, random]) {
    const whole = await extractFeatures({ ...shared, transform, views })
    const rows: number[] = []
    for (let view = 0; view < views; view++) {
      for (const [begin, end] of [
        [0, 4],
        [4, 8],
        [8, 11],
      ]) {
        const path = join(folder, `${view}-${begin}.safetensors`)
        await extractShard({ ...shared, transform }, { view, begin, end }, path)
        await using file = await FeatureFile.open(path)
        await file.verify()
        rows.push(...(await file.read(0, file.rows)))
      }
    }
    expect(rows).toEqual([...whole.features.data])
  }
  const transform = centerCrop({ size: SIZE })
  for (const [begin, end] of [
    [1, 4],
    [8, 12],
    [4, 4],
  ]) {
    const cut = extractShard({ ...shared, transform }, { view: 0, begin, end }, join(folder, 'cut.safetensors'))
    await expect(cut).rejects.toThrow(InputError)
  }
  backbone.dispose()
})
