import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBackbone } from '@dml-crc/backbones'
import { centerCrop, centerViews, demo, drawDemo, mirrored } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import type { Matrix } from '@dml-crc/metric'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { extractFeatures } from './extract-features.ts'
import { extractViews } from './extract-views.ts'

const SIZE = 16
let folder: string

beforeAll(async () => {
  await loadEngine({ prefer: 'wasm' })
  folder = await mkdtemp(join(tmpdir(), 'views-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

it('the mean over views is that of the features extracted view by view, each cached by itself', async () => {
  const root = join(folder, 'demo')
  await drawDemo(root, { perClass: { train: 1, val: 1, test: 1 }, size: 40 })
  const records = (await (await demo(root)).split('train')).slice(0, 5)
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE })
  const shared = { backbone, records, cacheFolder: join(folder, 'cache') }

  const sides = [20, 28].map((resize) => centerCrop({ size: SIZE, resize }))
  const transforms = sides.flatMap((side) => [side, mirrored(side)])
  expect(centerViews({ size: SIZE, resize: [20, 28], mirror: true }).map(({ id }) => id)).toEqual(
    transforms.map(({ id }) => id),
  )
  const first = await extractFeatures({ ...shared, transform: transforms[2] })
  const taken = await extractViews({ ...shared, transforms })
  expect(taken.viewsFromCache).toBe(1)
  expect(taken.keys[2]).toBe(first.key)
  expect(taken.labels).toEqual(first.labels)

  const apart: Matrix[] = []
  for (const transform of transforms) apart.push((await extractFeatures({ backbone, records, transform })).features)
  expect(taken.views).toEqual(apart)
  expect(taken.features.shape).toEqual([records.length, backbone.featureSize])
  taken.features.data.forEach((value, i) => {
    const sum = apart.reduce((total, { data }) => total + data[i], 0)
    expect(value).toBeCloseTo(sum / 4, 6)
  })
  expect(await extractViews({ ...shared, transforms })).toMatchObject({ viewsFromCache: 4, features: taken.features })
  backbone.dispose()
})

it('the features of a split are taken from those of its parts, in the order of its own images', async () => {
  const root = join(folder, 'parts')
  await drawDemo(root, { perClass: { train: 1, val: 1, test: 1 }, size: 40 })
  const set = await demo(root)
  const parts = [(await set.split('train')).slice(0, 3), (await set.split('val')).slice(0, 4)]
  const records = parts.flat().reverse()
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE })
  const shared = { backbone, transform: centerCrop({ size: SIZE }), cacheFolder: join(folder, 'cache of parts') }
  const alone = await extractFeatures({ ...shared, cacheFolder: undefined, records })

  const [first, second] = parts
  await extractFeatures({ ...shared, records: first })
  const partly = await extractFeatures({ ...shared, records, parts: async () => parts })
  expect(partly.fromCache).toBe(false)
  await extractFeatures({ ...shared, records: second })
  const longer = [...records, ...(await set.split('test')).slice(0, 2)]
  await extractFeatures({ ...shared, records: longer.slice(-2) })
  const joined = await extractFeatures({ ...shared, records: longer, parts: async () => [...parts, longer.slice(-2)] })
  expect(joined.fromCache).toBe(true)
  expect(joined.labels).toEqual(Int32Array.from(longer, ({ label }) => label))
  const own = joined.features.data.subarray(0, alone.features.data.length)
  own.forEach((value, i) => {
    expect(value).toBeCloseTo(alone.features.data[i], 5)
  })
  const unasked = () => Promise.reject(new Error('the parts of what is cached'))
  expect((await extractFeatures({ ...shared, records: longer, parts: unasked })).fromCache).toBe(true)
  backbone.dispose()
})
