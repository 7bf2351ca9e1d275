import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { averagePool, bilinearPool, createBackbone, findPool, generalisedMeanPool } from './index.ts'
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
  const largest = await tf.max(map(), [1, 2]).data()
  expect(relativeError(await generalisedMeanPool({ power: 60 }).apply(map()).data(), largest)).toBeLessThan(0.05)
})

test('the power of the generalised mean can be learned', async () => {
  const power = tf.variable(tf.scalar(3))
  const { grads } = tf.variableGrads(() => tf.sum(generalisedMeanPool({ power }).apply(map())), [power])
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
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', layer: 'block2_pool', pool: bilinearPool })
  expect(backbone.featureSize).toBe(32 ** 2)
  expect(backbone.layer).toBe('block2_pool, bilinear')
  backbone.dispose()
})

test('pools have names, and one that needs a class token is refused where there is none', async () => {
  expect(findPool('bilinear')).toBe(bilinearPool)
  expect(() => findPool('averag')).toThrow(/Did you mean average/)
  const pool = findPool('class token')
  await expect(createBackbone('tiny_vgg', { weights: 'none', pool })).rejects.toThrow(/block4 has none/)
})
