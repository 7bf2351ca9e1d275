import { NumericalError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { afterEach, expect, it } from 'vitest'
import { checkStep, checkWeights } from './finite.ts'

afterEach(() => tf.disposeVariables())

const standing = { step: 7, rates: new Map([['head', 0.1]]), checkpoint: { step: 4, folder: 'runs/a' } }
const weight = (value: number) => new Map([['weight', tf.tidy(() => tf.variable(tf.scalar(value)))]])
const gradient = (value: number) =>
  new Map([
    ['fine', tf.tensor1d([1, 2])],
    ['wrong', tf.tensor1d([0, value])],
  ])

it('lets finite numbers pass and keeps no tensor', async () => {
  const tensors = { gradients: gradient(3), variables: weight(1) }
  const before = tf.memory().numTensors
  await checkStep(1, 3, tensors, standing)
  await checkWeights(tensors.variables, standing)
  expect(tf.memory().numTensors).toBe(before)
})

it.each<[string, () => Promise<void>, RegExp]>([
  [
    'a gradient',
    () => checkStep(1, Number.NaN, { gradients: gradient(Number.NaN), variables: weight(1) }, standing),
    /gradient of wrong/,
  ],
  [
    'a norm beyond float32',
    () => checkStep(1, Number.POSITIVE_INFINITY, { gradients: gradient(1e30), variables: weight(1) }, standing),
    /norm of Infinity/,
  ],
  ['a loss', () => checkStep(Number.NaN, 1, { gradients: gradient(1), variables: weight(1) }, standing), /loss NaN/],
  ['a weight', () => checkWeights(weight(Number.NaN), standing), /a weight weight/],
])('stops at %s and names step, rates and the sound checkpoint', async (_, check, message) => {
  await expect(check()).rejects.toThrow(NumericalError)
  await expect(check()).rejects.toThrow(message)
  await expect(check()).rejects.toThrow(/step 7 \(rates: head 0\.1\).*after step 4 in runs\/a is sound/)
})
