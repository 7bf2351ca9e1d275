import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import {
  averagePool,
  bilinearPool,
  createBackbone,
  findPool,
  generalisedMeanPool,
  learningRateGroups,
  maximumPool,
} from './index.ts'
import { hashedNumbers } from './testing/hashed-numbers.ts'
import { relativeError } from './testing/relative-error.ts'

beforeAll(async () => {
  await loadEngine()
})

const values = hashedNumbers('map', 2 * 6 * 3).map((x) => x + 1)
const map = () => tf.tensor4d(values, [2, 2, 3, 3])
const at = (image: number, position: number, channel: number) => values[(image * 6 + position) * 3 + channel]

test('the generalised mean is the mean for power 1 and comes near the maximum for a large one', async () => {
  const mean = await averagePool.apply(map()).data()
  expect(relativeError(await generalisedMeanPool({ power: 1 }).apply(map()).data(), mean)).toBeLessThan(1e-5)
  const largest = await maximumPool.apply(map()).data()
  const maxima = [0, 1].flatMap((i) => [0, 1, 2].map((c) => Math.max(...[0, 1, 2, 3, 4, 5].map((p) => at(i, p, c)))))
  expect([...largest]).toEqual(maxima)
  expect(relativeError(await generalisedMeanPool({ power: 60 }).apply(map()).data(), largest)).toBeLessThan(0.05)
})

test('the power of the generalised mean can be learned', async () => {
  const power = tf.variable(tf.scalar(3)) as unknown as tf.Variable<tf.Rank.R0>
  const pool = generalisedMeanPool({ learned: true })
  const { grads } = tf.variableGrads(() => tf.sum(pool.apply(map(), { learned: power })), [power])
  const difference = async (p: number) => (await tf.sum(generalisedMeanPool({ power: p }).apply(map())).data())[0]
  const expected = ((await difference(3.05)) - (await difference(2.95))) / 0.1
  expect((await grads[power.name].data())[0]).toBeCloseTo(expected, 2)
  power.dispose()
})

test('bilinear pooling is the outer product, rooted and of unit norm', async () => {
  const expected = [0, 1].flatMap((image) => {
    const roots: number[] = []
    for (let a = 0; a < 3; a++) {
      for (let b = 0; b < 3; b++) {
        let sum = 0
        for (let position = 0; position < 6; position++) sum += at(image, position, a) * at(image, position, b)
        roots.push(Math.sign(sum) * Math.sqrt(Math.abs(sum) / 6))
      }
    }
    const norm = Math.hypot(...roots)
    return roots.map((root) => root / norm)
  })
  expect(relativeError(await bilinearPool.apply(map()).data(), expected)).toBeLessThan(1e-5)
})

test('a pool decides the size of a feature, and shows in the name of the layer', async () => {
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', layers: ['block2_pool'], pools: [bilinearPool] })
  expect(backbone.featureSize).toBe(32 ** 2)
  expect(backbone.layer).toBe('block2_pool, bilinear')
  backbone.dispose()
})

test('a learned power is a variable of the block of its layer, saved with the weights and read again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pools-'))
  const options = { layers: ['block2_pool'], inputSize: 16, pools: [generalisedMeanPool({ power: 2, learned: true })] }
  const trained = await createBackbone('tiny_vgg', { weights: 'none', ...options })
  const power = trained.variables.get('pool/block2_pool/value')!
  expect(power.trainable).toBe(true)
  expect(await power.data()).toEqual(Float32Array.of(2))
  expect(learningRateGroups(trained).at(-1)!.variables.get('pool/block2_pool/value')).toBe(power)
  tf.tidy(() => power.assign(tf.scalar(2.75)))
  const path = join(folder, 'weights.safetensors')
  await trained.saveWeights(path)

  const loaded = await createBackbone('tiny_vgg', { weights: path, ...options })
  const fixed = await createBackbone('tiny_vgg', {
    weights: path,
    ...options,
    pools: [generalisedMeanPool({ power: 2.75 })],
  })
  const images = tf.tensor4d(hashedNumbers('images', 16 * 16 * 3), [1, 16, 16, 3])
  const features = await loaded.forward(images).data()
  expect(features).toEqual(await trained.forward(images).data())
  expect(features).toEqual(await fixed.forward(images).data())
  expect(fixed.variables.has('pool/block2_pool/value')).toBe(false)
  for (const each of [trained, loaded, fixed, images]) each.dispose()
  await rm(folder, { recursive: true })
})

test('weights that know nothing of a power start it from its first value', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pools-'))
  const path = join(folder, 'weights.safetensors')
  const plain = await createBackbone('tiny_vgg', { weights: 'none', inputSize: 16 })
  await plain.saveWeights(path)
  const pool = generalisedMeanPool({ power: 4, learned: true })
  const backbone = await createBackbone('tiny_vgg', { weights: path, inputSize: 16, pools: [pool] })
  expect(await backbone.variables.get('pool/block4/value')!.data()).toEqual(Float32Array.of(4))
  for (const each of [plain, backbone]) each.dispose()
  await rm(folder, { recursive: true })
})

test('of several layers each has a power of its own, in its own block', async () => {
  const pools = [averagePool, generalisedMeanPool({ learned: true })]
  const layers = ['block4', 'block2_pool']
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: 16, layers, pools })
  expect(backbone.layer).toBe(
    'block4 + block4, generalised mean learned from 3 + block2_pool + block2_pool, generalised mean learned from 3',
  )
  for (const layer of layers) expect(backbone.blocks.get(layer)).toContain(`pool/${layer}/value`)
  backbone.dispose()
})

test('layers and pools are different ones, and one pool at most learns', async () => {
  const open = (options: object) => expect(createBackbone('tiny_vgg', { weights: 'none', ...options })).rejects
  await open({ layers: ['block4', 'block4'] }).toThrow(/block4 twice/)
  await open({ layers: [] }).toThrow(/received none/)
  await open({ pools: [averagePool, averagePool] }).toThrow(/average twice/)
  const learned = [2, 3].map((power) => generalisedMeanPool({ power, learned: true }))
  await open({ pools: learned }).toThrow(/one pool at most that learns/)
})

test('a power that is not a finite number above 0 is refused', () => {
  for (const power of [0, -1, Number.NaN, Number.POSITIVE_INFINITY]) {
    expect(() => generalisedMeanPool({ power })).toThrow(/finite number above 0/)
  }
})

test('pools have names, and one that needs a class token is refused where there is none', async () => {
  expect(findPool('bilinear')).toBe(bilinearPool)
  for (const learned of [false, true]) {
    const { name } = generalisedMeanPool({ power: 2.5, learned })
    expect(findPool(name)).toMatchObject({ name, ...(learned && { learned: 2.5 }) })
  }
  expect(() => findPool('averag')).toThrow(/Did you mean average/)
  const pool = findPool('class token')
  await expect(createBackbone('tiny_vgg', { weights: 'none', pools: [pool] })).rejects.toThrow(/block4 has none/)
})
