import { fileURLToPath } from 'node:url'
import { readSafetensors, type Safetensors } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeBackbone } from './backbone.ts'
import { findBackbone } from './list.ts'
import { buildBlocks } from './network.ts'
import { averagePool } from './pools.ts'
import { hashedNumbers } from './testing/hashed-numbers.ts'
import { relativeError } from './testing/relative-error.ts'
import { storedShapes } from './weights/layout.ts'
import { loadedNetwork } from './weights/load.ts'
import { tensorName } from './weights/naming.ts'
import type { WeightsFile } from './weights/weights-file.ts'

// As in scripts/make_goldens.py.
const FEATURE_STEP = 3
const GRADIENT_STEP = 31

/** A file whose tensors come from a hash of their names, as the reference's do. */
function hashedFile(backbone: string, framework: string, layer: string): WeightsFile {
  const record = findBackbone(backbone)
  const naming = record.namings.find(({ name }) => name.includes(framework))!
  const depth = record.blocks.findIndex(({ name }) => name === layer) + 1
  const parameters = buildBlocks(record.blocks.slice(0, depth), naming.dialect).flatMap((block) => block.parameters)
  const shapes = new Map(parameters.map((p) => [tensorName(naming, p), storedShapes(naming.framework, p)[0]]))
  return {
    path: 'hashed',
    id: 'hashed',
    metadata: {},
    shapes,
    async read(name) {
      const shape = shapes.get(name)!
      const fanIn = shape.slice(1).reduce((a, b) => a * b, 1)
      const data = hashedNumbers(name, shape[0] * fanIn).map((x) => {
        if (shape.length > 1) return x * Math.sqrt(6 / fanIn)
        if (name.endsWith('running_var')) return 1 + 0.5 * x
        if (name.endsWith('.weight')) return 0.4 + 0.1 * x
        return name.endsWith('running_mean') ? 0.2 * x : 1 + 0.8 * x
      })
      return { shape, data }
    },
    close: async () => {},
  }
}

let goldens: Safetensors
let engine: string

beforeAll(async () => {
  engine = (await loadEngine()).name
  goldens = await readSafetensors(fileURLToPath(new URL('testdata/goldens.safetensors', import.meta.url)))
})

/** Loads the network, filled as the reference is, up to a layer. */
async function referenceBackbone(name: string, layer: string, framework: string, inputSize: number) {
  const record = findBackbone(name)
  const depth = record.blocks.findIndex((block) => block.name === layer) + 1
  const network = await loadedNetwork(record, depth, hashedFile(name, framework, layer))
  return makeBackbone(record, network, {
    inputSize,
    frozenBlocks: 0,
    norm: 'live',
    dropout: 0,
    recompute: false,
    pool: averagePool,
    seed: 0,
  })
}

const hashedImages = (seed: number, batch: number, side: number) =>
  tf.tensor4d(
    hashedNumbers(`images ${seed}`, batch * side * side * 3).map((x) => 2 * x),
    [batch, side, side, 3],
  )

function check(key: string, actual: ArrayLike<number>, step: number): void {
  const kept = Array.from(actual).filter((_, i) => i % step === 0)
  expect(relativeError(kept, goldens.tensors.get(key)!.data as Float32Array), key).toBeLessThan(1e-4)
}

const NETWORKS = [
  ['vgg19', 'block5_pool', 'torchvision', 'eval'],
  ['vgg16', 'block5_pool', 'timm', 'eval'],
  ...['eval', 'train'].flatMap((mode) => [
    ['resnet18', 'layer4', 'torchvision', mode],
    ['resnet50', 'layer4', 'timm', mode],
    ['mobilenet_v2', 'Conv_1', 'torchvision', mode],
    ['mobilenet_v2', 'Conv_1', 'timm', mode],
    ['efficientnet_b0', 'head', 'torchvision', mode],
    ['efficientnet_b0', 'head', 'timm', mode],
  ]),
]

describe('features and input gradients equal the reference implementation', () => {
  test.each(NETWORKS)('%s up to %s, %s, %s', async (name, layer, framework, mode) => {
    const key = `${framework}/${name}/${mode}`
    // The script chose images that leave every number clear of the kinks of ReLU and max-pool, where the gradient jumps.
    const { seed, batch, side } = JSON.parse(goldens.metadata[key])
    const backbone = await referenceBackbone(name, layer, framework, side)
    const images = hashedImages(seed, batch, side)
    const direction = tf.tensor2d(hashedNumbers('direction', batch * backbone.featureSize), [
      batch,
      backbone.featureSize,
    ])
    const forward = (x: tf.Tensor4D) => backbone.forward(x, { training: mode === 'train' })
    const features = await forward(images).data()
    const gradient = await tf
      .grad((x) => tf.sum(tf.mul(forward(x as tf.Tensor4D), direction)))(images)
      .data()
    check(`${key}/features`, features, FEATURE_STEP)
    check(`${key}/gradient`, gradient, GRADIENT_STEP)
    backbone.dispose()
  })

  test.for(['fc6', 'fc7'])('vgg19 up to %s at full size, torchvision', { timeout: 60_000 }, async (layer, { skip }) => {
    skip(engine === 'cpu', 'the engine in plain JavaScript takes minutes')
    const backbone = await referenceBackbone('vgg19', layer, 'torchvision', 224)
    check(`torchvision/vgg19/${layer}`, await backbone.forward(hashedImages(0, 1, 224)).data(), FEATURE_STEP)
    backbone.dispose()
  })
})
