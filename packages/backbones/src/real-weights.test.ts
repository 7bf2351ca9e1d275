import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { readSafetensors } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { createBackbone } from './index.ts'
import { relativeError } from './testing/relative-error.ts'

const folder = fileURLToPath(new URL('../../../../shared/weights/', import.meta.url))

beforeAll(async () => {
  await loadEngine()
})

describe.skipIf(!existsSync(folder))('trained weights (needs ../shared/weights)', () => {
  test.each([
    ['mobilenet_v1', 'conv_pw_13', 'mobilenet_v1_1.0_224', 'mobilenet_v1_golden', 'features'],
    ['mobilenet_v2', 'Conv_1', 'mobilenet_v2_1.0_224', 'mobilenet_v2_golden', 'features'],
    ['vgg19', 'block3_pool', 'vgg19_block1_to_block3', 'vgg19_block3_golden', 'block3_pool_mean'],
  ])('%s up to %s agrees with another runtime to 1e-3', async (name, layer, weights, golden, features) => {
    const { tensors } = await readSafetensors(`${folder}${golden}.safetensors`)
    const backbone = await createBackbone(name, { weights: `${folder}${weights}.safetensors`, layers: [layer] })
    const { shape, data } = tensors.get('input')!
    const images = tf.tensor4d(data as Uint8Array, shape as [number, number, number, number], 'int32')
    const actual = await backbone.features(images).data()
    expect(relativeError(actual, tensors.get(features)!.data as Float32Array)).toBeLessThan(1e-3)
    images.dispose()
    backbone.dispose()
  })
})
