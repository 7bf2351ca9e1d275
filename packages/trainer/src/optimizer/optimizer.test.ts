import { DataError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { afterEach, describe, expect, it } from 'vitest'
import golden from '../testdata/optimizers.json' with { type: 'json' }
import { adamW } from './adamw.ts'
import { Optimizer, type UpdateRule } from './optimizer.ts'
import { sgd } from './sgd.ts'

afterEach(() => tf.disposeVariables())

const RULES: Record<keyof typeof golden.paths, UpdateRule> = {
  sgd: sgd({ momentum: 0 }),
  momentum: sgd({ momentum: 0.9, nesterov: false }),
  nesterov: sgd({ momentum: 0.9, nesterov: true }),
  'nesterov with decay': sgd({ momentum: 0.9, nesterov: true, weightDecay: 0.1 }),
  adamW: adamW({ beta1: 0.8, beta2: 0.95, epsilon: 1e-6, weightDecay: 0.1 }),
}

const start = () => tf.tidy(() => tf.variable(tf.tensor2d(golden.start, [2, 3])))
const gradientAt = (step: number) => new Map([['p', tf.tensor2d(golden.gradients[step], [2, 3])]])

function advance(optimizer: Optimizer, p: tf.Variable, step: number, factors = {}) {
  const gradients = gradientAt(step)
  optimizer.apply([{ name: 'all', variables: new Map([['p', p]]), ...factors }], gradients, golden.rates[step])
  tf.dispose([...gradients.values()])
}

describe.each(Object.entries(RULES))('%s', (name, rule) => {
  const path = golden.paths[name as keyof typeof golden.paths]

  it('goes the way of PyTorch', async () => {
    const p = start()
    const optimizer = new Optimizer(rule)
    for (const [step, expected] of path.entries()) {
      advance(optimizer, p, step)
      const values = await p.data()
      for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 5)
    }
  })

  it('goes on from a saved state as if it had never stopped, and leaks nothing', async () => {
    const before = tf.memory().numTensors
    const whole = start()
    const first = new Optimizer(rule)
    for (let step = 0; step < 3; step++) advance(first, whole, step)
    const resumed = tf.tidy(() => tf.variable(tf.clone(whole)))
    const second = new Optimizer(rule)
    second.restore(await first.save())
    for (let step = 3; step < 6; step++) {
      advance(first, whole, step)
      advance(second, resumed, step)
    }
    expect(await resumed.data()).toEqual(await whole.data())
    first.dispose()
    second.dispose()
    tf.dispose([whole, resumed])
    expect(tf.memory().numTensors).toBe(before)
  })
})

it('moves a group by its own rate and decay, and leaves what has no gradient', async () => {
  const p = start()
  const still = start()
  const optimizer = new Optimizer(sgd({ momentum: 0, weightDecay: 0.5 }))
  const gradients = gradientAt(0)
  const groups = [
    { name: 'a', variables: new Map([['p', p]]), learningRate: 0.1, weightDecay: 0 },
    { name: 'b', variables: new Map([['still', still]]) },
  ]
  optimizer.apply(groups, gradients, 1)
  const values = await p.data()
  for (const [i, value] of golden.start.entries()) {
    expect(values[i]).toBeCloseTo(value - 0.1 * golden.gradients[0][i], 5)
  }
  expect(await still.data()).toEqual(new Float32Array(golden.start))
})

it('refuses the state of another rule', async () => {
  const optimizer = new Optimizer(adamW())
  expect(() => optimizer.restore({ json: { rule: 'sgd', step: 1 }, tensors: new Map() })).toThrow(DataError)
})
