import { NumericalError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { afterEach, expect, it } from 'vitest'
import { nanGuard } from './nan-guard.ts'

afterEach(() => tf.disposeVariables())

const event = (loss: number, gradient: number, weight = 1) => ({
  step: 7,
  loss,
  gradients: new Map([
    ['fine', tf.tensor1d([1, 2])],
    ['wrong', tf.tensor1d([0, gradient])],
  ]),
  variables: new Map([['weight', tf.tidy(() => tf.variable(tf.scalar(weight)))]]),
})

it('lets finite numbers pass and keeps no tensor', async () => {
  const passing = event(1, 3)
  const before = tf.memory().numTensors
  await nanGuard().gradients!(passing)
  expect(tf.memory().numTensors).toBe(before)
})

it.each([
  ['a gradient', () => event(1, Number.NaN), /step 7.*gradient of wrong/],
  ['an infinite gradient', () => event(1, Number.POSITIVE_INFINITY), /gradient of wrong/],
  ['a loss', () => event(Number.NaN, 1), /loss NaN/],
  ['a weight', () => event(Number.NaN, 1, Number.NaN), /variable weight/],
])('stops at %s and names it', async (_, wrong, message) => {
  const guarding = Promise.resolve(nanGuard().gradients!(wrong()))
  await expect(guarding).rejects.toThrow(message)
  await expect(guarding).rejects.toThrow(NumericalError)
})
