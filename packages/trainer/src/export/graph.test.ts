import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CreateBackboneOptions, createBackbone } from '@dml-crc/backbones'
import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { traceGraph } from './graph.ts'
import { writeTfjsModel } from './tfjs-model.ts'

let folder: string

beforeAll(async () => {
  await loadEngine({ prefer: 'wasm' })
  folder = await mkdtemp(join(tmpdir(), 'graph-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const networks: [string, Partial<CreateBackboneOptions>][] = [
  ['vit_small_patch14_reg4_dinov2', { layers: ['block1'], inputSize: 28 }],
  ['vit_small_patch16_dinov3', { layers: ['block1'], inputSize: 32 }],
  ['vit_base_patch32_clip_quickgelu_224', { layers: ['block1'], inputSize: 64 }],
  ['convnext_tiny', { layers: ['stage1'], inputSize: 32 }],
  ['densenet121', { layers: ['block1'], inputSize: 32 }],
  ['inception_v3', { layers: ['Mixed_5b'], inputSize: 75 }],
  ['convnextv2_tiny', { layers: ['stage1'], inputSize: 32 }],
]

it.each(networks)('%s computes the same as a graph, for batches of any size', async (name, options) => {
  const backbone = await createBackbone(name, { weights: 'none', ...options })
  const size = backbone.inputSize
  const path = join(folder, name)
  await writeTfjsModel(
    path,
    await traceGraph(size, (images) => ({ features: backbone.forward(backbone.preprocess(images)) })),
  )
  const { modelTopology, signature, weightsManifest } = JSON.parse(await readFile(join(path, 'model.json'), 'utf8'))
  const [{ weights, paths }] = weightsManifest
  const weightData = new Uint8Array(await readFile(join(path, paths[0]))).buffer
  const model = await tf.loadGraphModel(
    tf.io.fromMemory({ modelTopology, signature, weightSpecs: weights, weightData, format: 'graph-model' }),
  )
  for (const batch of [1, 2, 4]) {
    const prng = Prng.fromSeed(batch)
    const pixels = Float32Array.from({ length: batch * size * size * 3 }, () => prng.int(256))
    const images = tf.tensor4d(pixels, [batch, size, size, 3])
    const [features, expected] = [model.execute(images, 'features') as tf.Tensor, backbone.features(images)]
    expect(features.shape).toEqual(expected.shape)
    const difference = tf.max(tf.abs(tf.sub(features, expected)))
    expect((await difference.data())[0]).toBeLessThan(1e-5 * (await tf.max(tf.abs(expected)).data())[0])
  }
  model.dispose()
  backbone.dispose()
})
