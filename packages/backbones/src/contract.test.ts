import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { partsOf, sideBySide } from './feature-parts.ts'
import { type Backbone, type BackboneRecord, createBackbone, listBackbones } from './index.ts'
import { buildBlocks } from './network.ts'
import { averagePool, maximumPool } from './pools.ts'
import { hashedNumbers } from './testing/hashed-numbers.ts'
import { relativeError } from './testing/relative-error.ts'
import { shortened } from './testing/shortened.ts'

const others: EngineName[] = []
let folder: string

beforeAll(async () => {
  for (const name of ['tfjs-node', 'webgpu', 'wasm', 'cpu'] as const) {
    await loadEngine({ prefer: name }).then(
      () => others.push(name),
      () => {},
    )
  }
  const { name } = await loadEngine()
  others.splice(others.indexOf(name), 1)
  folder = await mkdtemp(join(tmpdir(), 'backbones-'))
})

afterAll(() => rm(folder, { recursive: true }))

/** Raw images that are the same in every run. */
const photographs = (size: number) =>
  tf.tensor4d(
    hashedNumbers('photographs', 2 * size * size * 3).map((x) => Math.floor(128 + 127 * x)),
    [2, size, size, 3],
  )

/** So many parameters, 40 MB, are made, saved and read in a moment; the references run each network to its end. */
const MOST_PARAMETERS = 1e7

/** The deepest use that needs neither images of full size nor more than {@link MOST_PARAMETERS}. */
function smallest(record: BackboneRecord) {
  let total = 0
  const blocks = record.blocks.filter(({ fixedInput }) => !fixedInput)
  const counts = buildBlocks(blocks, record.dialect).map(({ parameters }) => {
    for (const { shape } of parameters) total += shape.reduce((a, b) => a * b, 1)
    return total
  })
  const depth = counts.filter((count) => count <= MOST_PARAMETERS).length
  return { weights: 'none', layers: [blocks[depth - 1].name], inputSize: record.minimumSize, norm: 'frozen' as const }
}

describe.each(listBackbones().map((record) => [record.name, shortened(record, 1)] as const))('%s', (name, record) => {
  let backbone: Backbone
  let images: tf.Tensor4D

  beforeAll(async () => {
    backbone = await createBackbone(record, smallest(record))
    images = photographs(backbone.inputSize)
  })

  afterAll(() => {
    backbone.dispose()
    images.dispose()
  })

  test('gives features of the size that its record states, finite and different for different images', async () => {
    const features = backbone.features(images)
    const { size } = record.blocks.find((block) => block.name === backbone.layers[0])!
    expect(features.shape).toEqual([2, size])
    expect(backbone.featureSize).toBe(size)
    const data = await features.data()
    expect(data.every(Number.isFinite)).toBe(true)
    // An untrained transformer whose layer scales start at 1e-5 hardly moves its class token.
    expect(relativeError(data.slice(size), data.slice(0, size))).toBeGreaterThan(1e-4)
    features.dispose()
  })

  test('puts several layers and pools side by side as single runs give them', async () => {
    // Not in the order of the network, so that it is the order asked for that counts; a seed gives each the same weights.
    const layers = record.blocks.slice(0, 2).map((block) => block.name)
    layers.reverse()
    const pools = [averagePool, maximumPool]
    const several = await createBackbone(record, { ...smallest(record), layers, pools })
    const single = tf.tidy(() => tf.slice(images, [0, 0, 0, 0], [1, -1, -1, -1]))
    const together = several.features(single)
    const parts: tf.Tensor2D[] = []
    for (const { layer, pool } of partsOf(layers, pools)) {
      const alone = await createBackbone(record, { ...smallest(record), layers: [layer], pools: [pool] })
      parts.push(alone.features(single))
      alone.dispose()
    }
    const expected = sideBySide(parts)
    expect(together.shape).toEqual([1, several.featureSize])
    expect(await together.data()).toEqual(await expected.data())
    tf.dispose([single, together, expected, ...parts])
    several.dispose()
  })

  test('moves every variable by a finite gradient that is not zero, and leaks nothing', async () => {
    const before = tf.memory().numTensors
    const direction = tf.tensor2d(hashedNumbers('direction', 2 * backbone.featureSize), [2, backbone.featureSize])
    const trained = [...backbone.variables].filter(([, { trainable }]) => trainable)
    const loss = () => tf.sum(tf.mul(backbone.forward(backbone.preprocess(images)), direction)) as tf.Scalar
    const { value, grads } = tf.variableGrads(
      loss,
      trained.map(([, variable]) => variable),
    )
    for (const [variableName, { name }] of trained) {
      const total = tf.tidy(() => tf.sum(tf.abs(grads[name])))
      const [size] = await total.data()
      expect(Number.isFinite(size) && size > 0, `gradient of ${variableName}: ${size}`).toBe(true)
      total.dispose()
    }
    tf.dispose([value, grads, direction])
    expect(tf.memory().numTensors).toBe(before)
  })

  test('computes the same after it was saved and loaded', async () => {
    const path = join(folder, `${name}.safetensors`)
    await backbone.saveWeights(path)
    const loaded = await createBackbone(record, { ...smallest(record), weights: path })
    const [a, b] = [backbone.features(images), loaded.features(images)]
    expect(await b.data()).toEqual(await a.data())
    expect(loaded.weightsId).toMatch(/^[0-9a-f]{64}$/)
    expect(loaded.preprocessingId).toBe(backbone.preprocessingId)
    await rm(path)
    tf.dispose([a, b])
    loaded.dispose()
  })

  test('refuses images of another shape or range, and says what to do', () => {
    const size = backbone.inputSize
    const refused = (shape: [number, number, number, number], value: number) => {
      const wrong = tf.fill(shape, value) as tf.Tensor4D
      return expect(() => backbone.features(wrong))
    }
    refused([1, size + 1, size + 1, 3], 9).toThrow(/inputSize/)
    refused([1, 3, size, size], 9).toThrow(/transpose/)
    refused([1, size, size, 1], 9).toThrow(/shape/)
    refused([1, size, size, 3], 256).toThrow(/numbers from 256 to 256/)
    refused([1, size, size, 3], -1).toThrow(/as they are decoded/)
    refused([1, size, size, 3], 0.5).toThrow(/Multiply them by 255/)
  })

  test('computes the same on all engines here, to 1e-3', async () => {
    const single = tf.tidy(() => tf.slice(images, [0, 0, 0, 0], [1, -1, -1, -1]))
    const features = await backbone.features(single).data()
    for (const other of others) {
      await loadEngine({ prefer: other })
      expect(relativeError(await backbone.features(single).data(), features), other).toBeLessThan(1e-3)
    }
    await loadEngine()
    single.dispose()
  })
})
