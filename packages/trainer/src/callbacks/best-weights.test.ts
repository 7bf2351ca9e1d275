import * as tf from '@tensorflow/tfjs'
import { afterEach, expect, it } from 'vitest'
import type { Outcome } from '../callback.ts'
import { bestWeights } from './best-weights.ts'

afterEach(() => tf.disposeVariables())

const setup = () => {
  const variable = tf.tidy(() => tf.variable(tf.scalar(0)))
  const variables = new Map([['w', variable]])
  const callback = bestWeights({ monitor: 'accuracy', mode: 'max', variables })
  const epoch = async (weight: number, accuracy: number) => {
    tf.tidy(() => variable.assign(tf.scalar(weight)))
    await callback.epoch!({ epoch: 0, step: 1, values: { accuracy }, stop: () => {} })
  }
  return { callback, epoch, read: async () => (await variable.data())[0] }
}

it.each<[Outcome, number]>([
  ['finished', 2],
  ['stopped', 2],
  ['interrupted', 3],
  ['failed', 3],
])('a run that is %s ends with weight %d', async (outcome, weight) => {
  const { callback, epoch, read } = setup()
  await epoch(1, 0.5)
  await epoch(2, 0.7)
  await epoch(3, 0.6)
  await callback.end!(outcome)
  expect(await read()).toBe(weight)
})

it('remembers the best over a resume', async () => {
  const first = setup()
  await first.epoch(1, 0.9)
  const second = setup()
  second.callback.restore!(await first.callback.save!())
  await second.epoch(2, 0.8)
  await second.callback.end!('finished')
  expect(await second.read()).toBe(1)
})
