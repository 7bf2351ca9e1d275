import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BackboneRecord, createBackbone, listBackbones } from './index.ts'
import { hashedNumbers } from './testing/hashed-numbers.ts'
import { relativeError } from './testing/relative-error.ts'

let folder: string

beforeAll(async () => {
  await loadEngine({ prefer: 'wasm' })
  folder = await mkdtemp(join(tmpdir(), 'backbones-'))
})

afterAll(() => rm(folder, { recursive: true }))

/** Raw images that are the same in every run. */
const photographs = (size: number) =>
  tf.tensor4d(
    hashedNumbers('photographs', 2 * size * size * 3).map((x) => Math.floor(128 + 127 * x)),
    [2, size, size, 3],
  )

/** The smallest use that runs every layer but those that need images of full size. */
function smallest(record: BackboneRecord) {
  const blocks = record.blocks.filter(({ fixedInput }) => !fixedInput)
  return { weights: 'none', layer: blocks.at(-1)!.name, inputSize: record.minimumSize, norm: 'frozen' as const, blocks }
}

describe.each(listBackbones().map((record) => [record.name, record] as const))('%s', (name, record) => {
  test('gives features of the sizes that its record states, finite and different for different images', async () => {
    const { blocks, ...options } = smallest(record)
    const backbone = await createBackbone(name, options)
    const images = photographs(backbone.inputSize)
    const features = backbone.features(images)
    expect(features.shape).toEqual([2, blocks.at(-1)!.size])
    expect(backbone.featureSize).toBe(blocks.at(-1)!.size)
    const data = await features.data()
    expect(data.every(Number.isFinite)).toBe(true)
    expect(relativeError(data.slice(data.length / 2), data.slice(0, data.length / 2))).toBeGreaterThan(1e-3)
    backbone.dispose()
    tf.dispose([images, features])
  })

  test('moves every variable by a finite gradient that is not zero, and leaks nothing', async () => {
    const before = tf.memory().numTensors
    const backbone = await createBackbone(name, smallest(record))
    const images = photographs(backbone.inputSize)
    const direction = tf.tensor2d(hashedNumbers('direction', 2 * backbone.featureSize), [2, backbone.featureSize])
    const trained = [...backbone.variables.values()].filter(({ trainable }) => trainable)
    const loss = () => tf.sum(tf.mul(backbone.forward(backbone.preprocess(images)), direction)) as tf.Scalar
    const { value, grads } = tf.variableGrads(loss, trained)
    for (const [variableName, gradient] of Object.entries(grads)) {
      const size = (await tf.tidy(() => tf.sum(tf.abs(gradient))).data())[0]
      const known = [...backbone.variables].find(([, variable]) => variable.name === variableName)![0]
      expect(Number.isFinite(size) && size > 0, `gradient of ${known}: ${size}`).toBe(true)
    }
    expect(Object.keys(grads)).toHaveLength(trained.length)
    tf.dispose([value, ...Object.values(grads), images, direction])
    backbone.dispose()
    expect(tf.memory().numTensors).toBeLessThanOrEqual(before + trained.length)
  })

  test('computes the same after it was saved and loaded', async () => {
    const options = smallest(record)
    const saved = await createBackbone(name, { ...options, seed: 3 })
    const path = join(folder, `${name}.safetensors`)
    await saved.save(path)
    const loaded = await createBackbone(name, { ...options, weights: path })
    const images = photographs(saved.inputSize)
    const [a, b] = [saved.features(images), loaded.features(images)]
    expect(await b.data()).toEqual(await a.data())
    expect(loaded.weightsId).toMatch(/^[0-9a-f]{64}$/)
    expect(loaded.preprocessingId).toBe(saved.preprocessingId)
    await rm(path)
    tf.dispose([images, a, b])
    saved.dispose()
    loaded.dispose()
  })

  test('refuses images of another shape or range, and says what to do', async () => {
    // The first block is enough to be asked.
    const backbone = await createBackbone(name, { ...smallest(record), layer: record.blocks[0].name })
    const size = backbone.inputSize
    const refused = (shape: [number, number, number, number], value: number) =>
      expect(() => backbone.features(tf.fill(shape, value) as tf.Tensor4D))
    refused([1, size + 1, size + 1, 3], 9).toThrow(/inputSize/)
    refused([1, 3, size, size], 9).toThrow(/transpose/)
    refused([1, size, size, 1], 9).toThrow(/shape/)
    refused([1, size, size, 3], 256).toThrow(/numbers from 256 to 256/)
    refused([1, size, size, 3], -1).toThrow(/as they are decoded/)
    refused([1, size, size, 3], 0.5).toThrow(/Multiply them by 255/)
    backbone.dispose()
  })
})

test('every backbone computes the same on the cpu as on wasm, to 1e-3', async () => {
  for (const record of listBackbones()) {
    const backbone = await createBackbone(record.name, smallest(record))
    const images = photographs(backbone.inputSize).slice([0, 0, 0, 0], [1, -1, -1, -1])
    const onWasm = await backbone.features(images).data()
    await tf.setBackend('cpu')
    const onCpu = await backbone.features(images).data()
    expect(relativeError(onCpu, onWasm), record.name).toBeLessThan(1e-3)
    backbone.dispose()
    await tf.setBackend('wasm')
  }
})
