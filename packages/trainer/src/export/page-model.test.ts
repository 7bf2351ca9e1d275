import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Backbone, createBackbone } from '@dml-crc/backbones'
import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { crc, type Model } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { openPageNetwork, writePageModel } from './page-model.ts'
import type { Precision } from './precision.ts'

const SIZE = 32

let folder: string
let backbone: Backbone
let model: Model
let images: tf.Tensor4D

beforeAll(async () => {
  await loadEngine({ prefer: 'wasm' })
  folder = await mkdtemp(join(tmpdir(), 'page-model-'))
  backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE })
  const prng = Prng.fromSeed(5)
  images = tf.tensor4d(
    Float32Array.from({ length: 4 * SIZE * SIZE * 3 }, () => prng.int(256)),
    [4, SIZE, SIZE, 3],
  )
  model = await crc.make().fit(await backbone.features(images), [0, 0, 1, 1])
})
afterAll(async () => {
  backbone.dispose()
  await rm(folder, { recursive: true, force: true })
})

/** The largest error of the features, over the largest feature, and the bytes of a number of the large kernels. */
it.each([
  ['float32', 1e-5, 4],
  ['float16', 2e-3, 2],
  ['uint8', 5e-2, 1],
] as [Precision, number, number][])('weights of %s', async (precision, most, bytes) => {
  const path = join(folder, precision)
  await writePageModel(path, { backbone, model }, { precision })
  const [{ weights }] = JSON.parse(await readFile(join(path, 'tfjs', 'model.json'), 'utf8')).weightsManifest
  const numbers = weights.reduce(
    (sum: number, { shape }: { shape: number[] }) => sum + shape.reduce((a, b) => a * b, 1),
    0,
  )
  const file = await readFile(join(path, 'tfjs', 'weights.bin'))
  expect(file.length / numbers).toBeGreaterThanOrEqual(bytes)
  expect(file.length / numbers).toBeLessThan(bytes * 1.1)

  const network = await openPageNetwork(path)
  const [found, expected] = [await network.features(images), await backbone.features(images)]
  const error = tf.div(tf.max(tf.abs(tf.sub(found, expected))), tf.max(tf.abs(expected)))
  expect((await error.data())[0]).toBeLessThan(most)
  tf.dispose([found, expected, error])
  network.dispose()
})
