import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBackbone } from '@dml-crc/backbones'
import { centerViews, demo, drawDemo, type ImageRecord } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { accuracy, crc } from '@dml-crc/metric'
import { extractViews, type ImageModel, type ImageModelParts, predict, writePageModel } from '@dml-crc/trainer'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { precisionCost } from './precision-cost.ts'

const CLASSES = 6
const RESIZE = [36, 44]

let folder: string
let fit: ImageRecord[]
let test: ImageRecord[]
let images: ImageModel & ImageModelParts

beforeAll(async () => {
  await loadEngine({ prefer: 'wasm' })
  folder = await mkdtemp(join(tmpdir(), 'precision-'))
  const root = join(folder, 'demo')
  await drawDemo(root, { perClass: { train: 4, val: 1, test: 4 }, size: 48 })
  const set = await demo(root)
  const few = async (split: string) => (await set.split(split)).filter(({ label }) => label < CLASSES)
  ;[fit, test] = [await few('train'), await few('test')]
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: 32 })
  const transforms = centerViews({ size: 32, resize: RESIZE, mirror: true })
  const { features, labels } = await extractViews({ backbone, records: fit, transforms })
  const model = await crc.make({ lambda: 0.1 }).fit(features, labels)
  images = { backbone, model, transforms, resize: RESIZE, mirror: true, samples: fit.map(({ id }) => id) }
})
afterAll(async () => {
  images.backbone.dispose()
  await rm(folder, { recursive: true, force: true })
})

it('is measured on the images to test on, and is nothing where the weights are as they were', async () => {
  await writePageModel(join(folder, 'same'), images)
  const cost = await precisionCost(join(folder, 'same'), images, { fit, test }, () => {})
  const predicted = await predict(
    images,
    test.map(({ path }) => path),
  )
  const expected = accuracy(
    predicted.map(({ label }) => label),
    test.map(({ label }) => label),
  )
  expect(cost).toEqual({ images: test.length, float32: expected, stored: expected })
})

it('is measured by models without the image where all were fitted on, and is not known without images', async () => {
  const site = join(folder, 'coarse')
  await writePageModel(site, images, { precision: 'uint8' })
  const cost = await precisionCost(site, images, { fit }, () => {})
  expect(cost?.images).toBe(fit.length)
  // By models that had fitted on them, all would be named correctly.
  expect(cost?.float32).toBeLessThan(1)
  expect(cost?.float32).toBeGreaterThan(1 / CLASSES)
  expect(cost?.stored).toBeGreaterThan(1 / CLASSES)
  expect(await precisionCost(site, images, { fit: [] }, () => {})).toBeUndefined()
})
