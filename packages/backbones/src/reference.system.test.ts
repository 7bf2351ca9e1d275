import { fileURLToPath } from 'node:url'
import { readSafetensors, type Safetensors } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeBackbone } from './backbone.ts'
import { findBackbone } from './list.ts'
import { buildBlocks } from './network.ts'
import { averagePool, classTokenAndAveragePool, type GlobalPool } from './pools.ts'
import type { BackboneRecord } from './record.ts'
import { hashedNumbers } from './testing/hashed-numbers.ts'
import { relativeError } from './testing/relative-error.ts'
import { shortened } from './testing/shortened.ts'
import { storedShapes } from './weights/layout.ts'
import { loadedNetwork } from './weights/load.ts'
import { tensorName } from './weights/naming.ts'
import type { WeightsFile } from './weights/weights-file.ts'

// As in scripts/make_goldens.py.
const FEATURE_STEP = 3
const GRADIENT_STEP = 31

/** What the hashed numbers of a tensor are scaled and moved by, as the reference's are. */
function distribution(name: string, fanIn: number, isMatrix: boolean): { center: number; scale: number } {
  if (/(token|embed|latent)$/.test(name)) return { center: 0, scale: 0.5 }
  if (isMatrix) return { center: 0, scale: Math.sqrt(6 / fanIn) }
  if (name.endsWith('running_var')) return { center: 1, scale: 0.5 }
  if (name.endsWith('.weight')) return { center: 0.4, scale: 0.1 }
  return name.endsWith('running_mean') ? { center: 0, scale: 0.2 } : { center: 1, scale: 0.8 }
}

/** A file whose tensors come from a hash of their names, as the reference's do. */
function hashedFile(record: BackboneRecord, framework: string, layer: string): WeightsFile {
  const naming = record.namings.find(({ name }) => name.includes(framework))!
  const depth = record.blocks.findIndex(({ name }) => name === layer) + 1
  const parameters = buildBlocks(record.blocks.slice(0, depth), naming.dialect).flatMap((block) => block.parameters)
  // The VGGs keep the biases that batch norm makes needless.
  const needless = record.name.endsWith('_bn') ? parameters.filter(({ role }) => role === 'beta') : []
  const all = [...parameters, ...needless.map((p) => ({ ...p, role: 'bias' as const }))]
  const shapes = new Map(all.map((p) => [tensorName(naming, p), storedShapes(naming.framework, p)[0]]))
  return {
    path: 'hashed',
    id: 'hashed',
    metadata: {},
    shapes,
    async read(name) {
      const shape = shapes.get(name)!
      const fanIn = shape.slice(1).reduce((a, b) => a * b, 1)
      const { center, scale } = distribution(name, fanIn, shape.length > 1)
      const data = hashedNumbers(name, shape[0] * fanIn)
      for (let i = 0; i < data.length; i++) data[i] = center + scale * data[i]
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
async function referenceBackbone(
  record: BackboneRecord,
  layer: string,
  framework: string,
  inputSize: number,
  pool = averagePool,
) {
  const depth = record.blocks.findIndex((block) => block.name === layer) + 1
  const network = await loadedNetwork(
    record,
    { depth, layers: [layer], pools: [pool] },
    hashedFile(record, framework, layer),
  )
  return makeBackbone(record, network, {
    inputSize,
    frozenBlocks: 0,
    norm: 'live',
    dropout: 0,
    recompute: false,
    layers: [layer],
    pools: [pool],
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

/** Compares features, and gradients with regard to the images, by the key of their golden. */
async function compare(key: string, record: BackboneRecord, layer: string, pool?: GlobalPool): Promise<void> {
  const [framework, , mode] = key.split('/')
  // The script chose images that leave every number clear of the kinks of ReLU and max-pool, where the gradient jumps.
  const { seed, batch, side } = JSON.parse(goldens.metadata[key])
  const backbone = await referenceBackbone(record, layer, framework, side, pool)
  const images = hashedImages(seed, batch, side)
  const direction = tf.tensor2d(hashedNumbers('direction', batch * backbone.featureSize), [batch, backbone.featureSize])
  const forward = (x: tf.Tensor4D) => backbone.forward(x, { training: mode === 'train' })
  const features = await forward(images).data()
  const gradient = await tf
    .grad((x) => tf.sum(tf.mul(forward(x as tf.Tensor4D), direction)))(images)
    .data()
  check(`${key}/features`, features, FEATURE_STEP)
  check(`${key}/gradient`, gradient, GRADIENT_STEP)
  backbone.dispose()
}

const NETWORKS = [
  ['vgg19', 'block5_pool', 'torchvision', 'eval'],
  ['vgg16', 'block5_pool', 'timm', 'eval'],
  ...['eval', 'train'].flatMap((mode) => [
    ['resnet18', 'layer4', 'torchvision', mode],
    ['resnet34', 'layer4', 'timm', mode],
    ['resnet50', 'layer4', 'timm', mode],
    ['mobilenet_v2', 'Conv_1', 'torchvision', mode],
    ['mobilenet_v2', 'Conv_1', 'timm', mode],
    ['efficientnet_b0', 'head', 'torchvision', mode],
    ['efficientnet_b0', 'head', 'timm', mode],
    ['efficientnet_lite0', 'head', 'timm', mode],
    ['densenet121', 'block4', 'timm', mode],
    ['inception_v3', 'Mixed_7c', 'timm', mode],
  ]),
  ['vgg16_bn', 'block5_pool', 'timm', 'eval'],
  ['vgg19_bn', 'block5_pool', 'timm', 'eval'],
  ['resnet101', 'layer4', 'timm', 'eval'],
  ['densenet169', 'block4', 'timm', 'eval'],
  ['convnext_tiny', 'norm', 'timm', 'eval'],
  ['convnext_small', 'norm', 'timm', 'eval'],
  ['convnextv2_tiny', 'norm', 'timm', 'eval'],
]

const TRANSFORMERS = [
  'vit_small_patch14_dinov2',
  'vit_small_patch14_reg4_dinov2',
  'vit_base_patch14_dinov2',
  'vit_base_patch14_reg4_dinov2',
  'vit_small_patch16_dinov3',
  'vit_base_patch16_224',
  'vit_base_patch32_clip_224',
  'vit_base_patch32_clip_quickgelu_224',
]

describe('features and input gradients equal the reference implementation', () => {
  test.each(NETWORKS)('%s up to %s, %s, %s', async (name, layer, framework, mode) => {
    await compare(`${framework}/${name}/${mode}`, findBackbone(name), layer)
  })

  test.each(TRANSFORMERS)('%s, its class token and the mean of its patches, timm', async (name) => {
    await compare(`timm/${name}/eval`, shortened(findBackbone(name), 2), 'norm', classTokenAndAveragePool)
  })

  test('vit_base_patch16_siglip_224, its attention pool, timm', async () => {
    const name = 'vit_base_patch16_siglip_224'
    await compare(`timm/${name}/eval`, shortened(findBackbone(name), 2), 'attention_pool')
  })

  test('vit_small_patch14_dinov2, all twelve blocks, timm', async () => {
    const record = findBackbone('vit_small_patch14_dinov2')
    await compare(`timm/${record.name}, 12 blocks/eval`, record, 'norm', classTokenAndAveragePool)
  })

  test.for([224, 336])('vit_small_patch14_dinov2 of images of %i pixels, timm', async (side, { skip }) => {
    skip(engine === 'cpu', 'the engine in plain JavaScript takes minutes')
    const record = shortened(findBackbone('vit_small_patch14_dinov2'), 2)
    const backbone = await referenceBackbone(record, 'norm', 'timm', side, classTokenAndAveragePool)
    check(`timm/${record.name}/${side}`, await backbone.forward(hashedImages(0, 1, side)).data(), FEATURE_STEP)
    backbone.dispose()
  })

  // fc6 lies before it, and would take as long again.
  test('vgg19 up to fc7 at full size, torchvision', async ({ skip }) => {
    skip(engine === 'cpu', 'the engine in plain JavaScript takes minutes')
    const backbone = await referenceBackbone(findBackbone('vgg19'), 'fc7', 'torchvision', 224)
    check('torchvision/vgg19/fc7', await backbone.forward(hashedImages(0, 1, 224)).data(), FEATURE_STEP)
    backbone.dispose()
  })
})
