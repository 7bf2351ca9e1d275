import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, test } from 'vitest'
import { type CreateBackboneOptions, createBackbone, defineBackbone, learningRateGroups } from './index.ts'
import { dense } from './layers/dense.ts'
import { imagenetRgb } from './preprocessing.ts'
import { hashedNumbers } from './testing/hashed-numbers.ts'
import { relativeError } from './testing/relative-error.ts'
import { torchDialect } from './weights/naming.ts'

beforeAll(async () => {
  await loadEngine()
})

const SIZE = 16
const tiny = (options: Partial<CreateBackboneOptions> = {}) =>
  createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE, ...options })

const images = () => tf.tensor4d(hashedNumbers('images', 4 * SIZE * SIZE * 3), [4, SIZE, SIZE, 3])

/** The gradients of the squared features by the variables' own names, and the tensors kept while they are computed. */
function gradients(backbone: Awaited<ReturnType<typeof tiny>>) {
  const x = images()
  const own = new Map([...backbone.variables].map(([name, variable]) => [variable.name, name]))
  const trained = [...backbone.variables.values()].filter(({ trainable }) => trainable)
  let kept = 0
  const { value, grads } = tf.variableGrads(() => {
    const loss = tf.sum(tf.square(backbone.forward(x, { training: true }))) as tf.Scalar
    kept = tf.memory().numBytes
    return loss
  }, trained)
  tf.dispose([x, value])
  return { kept, grads: new Map(Object.entries(grads).map(([name, gradient]) => [own.get(name)!, gradient])) }
}

test('a recomputed network has the same gradients and moves its statistics once, with fewer bytes kept', async () => {
  const [plain, recomputed] = [await tiny(), await tiny({ recompute: true })]
  const before = tf.memory().numTensors
  const [a, b] = [gradients(plain), gradients(recomputed)]
  expect(b.grads.size).toBe(24 - 6)
  for (const [name, gradient] of a.grads) {
    expect(relativeError(await b.grads.get(name)!.data(), await gradient.data()), name).toBeLessThan(1e-4)
  }
  for (const [name, variable] of plain.variables) {
    expect(await recomputed.variables.get(name)!.data(), name).toEqual(await variable.data())
  }
  const weights = [...plain.variables.values()].reduce((sum, { size }) => sum + 4 * size, 0)
  expect(b.kept - 2 * weights).toBeLessThan((a.kept - 2 * weights) / 2)
  tf.dispose([[...a.grads.values()], [...b.grads.values()]])
  expect(tf.memory().numTensors).toBe(before)
  plain.dispose()
  recomputed.dispose()
})

test('images recomputed a few at a time have the gradients of the whole batch, that of the images too', async () => {
  const [plain, recomputed] = [await tiny({ norm: 'frozen' }), await tiny({ norm: 'frozen', recompute: true })]
  const x = tf.tensor4d(hashedNumbers('images', 5 * SIZE * SIZE * 3), [5, SIZE, SIZE, 3])
  const before = tf.memory().numTensors
  const ofImages = (backbone: typeof plain) => {
    const gradient = tf.grad((images) => tf.sum(tf.square(backbone.forward(images as tf.Tensor4D, { training: true }))))
    return gradient(x)
  }
  const ofVariables = async (backbone: typeof plain) => {
    const trained = [...backbone.variables].filter(([, { trainable }]) => trainable)
    const { value, grads } = tf.variableGrads(
      () => tf.sum(tf.square(backbone.forward(x, { training: true }))) as tf.Scalar,
      trained.map(([, variable]) => variable),
    )
    const read = await Promise.all(
      trained.map(async ([name, { name: own }]) => [name, await grads[own].data()] as const),
    )
    tf.dispose([value, grads])
    return new Map(read)
  }
  const [a, b] = [ofImages(plain), ofImages(recomputed)]
  expect(relativeError(await b.data(), await a.data())).toBeLessThan(1e-5)
  const [expected, actual] = [await ofVariables(plain), await ofVariables(recomputed)]
  expect(actual.size).toBe(18)
  for (const [name, gradient] of expected) expect(relativeError(actual.get(name)!, gradient), name).toBeLessThan(1e-5)
  tf.dispose([a, b])
  expect(tf.memory().numTensors).toBe(before)
  for (const each of [plain, recomputed, x]) each.dispose()
})

test('frozen blocks get no gradient, keep their statistics, and leave those of the others as they are', async () => {
  const all = await tiny({ norm: 'frozen' })
  const frozen = await tiny({ norm: 'frozen', freeze: 'block2_pool' })
  const [a, b] = [gradients(all).grads, gradients(frozen).grads]
  expect([...b.keys()].every((name) => /^block[34]/.test(name))).toBe(true)
  for (const [name, gradient] of b) {
    expect(relativeError(await gradient.data(), await a.get(name)!.data()), name).toBeLessThan(1e-4)
  }
  const live = await tiny({ norm: 'live', freeze: 'block2_pool' })
  gradients(live)
  const moved = async (name: string) => (await live.variables.get(name)!.data()).some((mean) => mean !== 0)
  expect(await moved('block1_conv1/mean')).toBe(false)
  expect(await moved('block3_conv1/mean')).toBe(true)
  for (const each of [all, frozen, live]) each.dispose()
})

test('learning rates fall block by block from the last to the first that is not frozen', async () => {
  const backbone = await tiny({ freeze: 'block1_pool' })
  const groups = learningRateGroups(backbone, { decay: 0.5 })
  expect(groups.map(({ name, learningRate }) => [name, learningRate])).toEqual([
    ['block2_pool', 0.25],
    ['block3_pool', 0.5],
    ['block4', 1],
  ])
  expect([...groups[0].variables.keys()]).toEqual(['block2_conv1/kernel', 'block2_conv1/gamma', 'block2_conv1/beta'])
  expect(() => learningRateGroups(backbone, { decay: 2 })).toThrow(/decay/)
  backbone.dispose()
})

test('batch norm is live and dropout acts in training only', async () => {
  const backbone = await tiny()
  const x = images()
  const [first, trained, second] = [false, true, false].map((training) => backbone.forward(x, { training }))
  expect(relativeError(await trained.data(), await first.data())).toBeGreaterThan(1e-3)
  expect(await second.data()).not.toEqual(await first.data())
  backbone.dispose()
})

test('dropout depends on the seed, differs from step to step, and goes on from a saved state', async () => {
  const dropping = defineBackbone({
    name: 'dropping',
    title: 'Dropping',
    paper: 'none',
    inputSize: 4,
    minimumSize: 4,
    blocks: [{ name: 'fc', size: 64, plan: dense('fc', { units: 64, side: 4 }), fixedInput: true }],
    defaultLayer: 'fc',
    dialect: torchDialect,
    preprocessing: imagenetRgb,
    namings: [],
    weights: {},
  })
  const make = (seed: number) => createBackbone(dropping, { weights: 'none', dropout: 0.5, seed })
  const x = tf.ones([2, 4, 4, 3]) as tf.Tensor4D
  const kept = async (of: Awaited<ReturnType<typeof make>>) =>
    Array.from(await of.forward(x, { training: true }).data(), (value) => value > 0).join()
  const [a, b] = [await make(1), await make(1)]
  const first = await kept(a)
  const state = JSON.parse(JSON.stringify((await a.save()).json))
  const second = await kept(a)
  expect(second).not.toBe(first)
  b.restore({ json: state, tensors: new Map() })
  expect(await kept(b)).toBe(second)
  expect(await kept(await make(1))).toBe(first)
  expect(() => a.restore({ json: [0, 0, 0, 0], tensors: new Map() })).toThrow(/PRNG state/)
})

test('the first values depend on the seed only', async () => {
  const [a, b, c] = [await tiny({ seed: 1 }), await tiny({ seed: 1 }), await tiny({ seed: 2 })]
  const kernel = (of: typeof a) => of.variables.get('block3_conv2/kernel')!.data()
  expect(await kernel(b)).toEqual(await kernel(a))
  expect(await kernel(c)).not.toEqual(await kernel(a))
  const values = Array.from(await kernel(a))
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length
  expect(variance).toBeCloseTo(2 / (9 * 64), 4)
  for (const each of [a, b, c]) each.dispose()
})
