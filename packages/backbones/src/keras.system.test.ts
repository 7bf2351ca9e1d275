import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSafetensors, writeSafetensors } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBackbone } from './index.ts'
import { hashedNumbers } from './testing/hashed-numbers.ts'
import { relativeError } from './testing/relative-error.ts'

// As in scripts/make_keras_goldens.py.
const SIDE = 64
const BATCH = 2

let goldens: Awaited<ReturnType<typeof readSafetensors>>
let folder: string

beforeAll(async () => {
  await loadEngine()
  goldens = await readSafetensors(fileURLToPath(new URL('testdata/keras-goldens.safetensors', import.meta.url)))
  folder = await mkdtemp(join(tmpdir(), 'keras-'))
})

afterAll(() => rm(folder, { recursive: true }))

function hashedWeight(name: string, shape: number[]): Float32Array {
  const size = shape.reduce((a, b) => a * b, 1)
  const fanIn = shape.at(-1) === 1 ? shape[0] * shape[1] : size / shape.at(-1)!
  return hashedNumbers(name, size).map((x) => {
    if (shape.length > 1) return x * Math.sqrt(6 / fanIn)
    if (name.endsWith('moving_variance')) return 1 + 0.5 * x
    if (name.endsWith('gamma')) return 0.4 + 0.1 * x
    return name.endsWith('moving_mean') ? 0.2 * x : 1 + 0.8 * x
  })
}

describe("a file with the names of keras.applications gives Keras' features of raw images", () => {
  test.each([
    ['vgg16', 'block5_pool'],
    ['vgg19', 'block5_pool'],
    ['resnet50', 'layer4'],
    ['mobilenet_v1', 'conv_pw_13'],
    ['mobilenet_v2', 'Conv_1'],
  ])('%s', async (name, layer) => {
    const shapes: Record<string, number[]> = JSON.parse(goldens.metadata[name])
    const path = join(folder, `${name}.safetensors`)
    await writeSafetensors(
      path,
      Object.entries(shapes).map(([tensor, shape]) => [tensor, { shape, data: hashedWeight(tensor, shape) }]),
    )
    const backbone = await createBackbone(name, { weights: path, layers: [layer], inputSize: SIDE })
    const images = tf.tensor4d(
      hashedNumbers('images', BATCH * SIDE * SIDE * 3).map((x) => Math.floor(128 + 127 * x)),
      [BATCH, SIDE, SIDE, 3],
    )
    const features = await backbone.features(images).data()
    expect(relativeError(features, goldens.tensors.get(name)!.data as Float32Array)).toBeLessThan(1e-4)
    await rm(path)
    images.dispose()
    backbone.dispose()
  })
})
