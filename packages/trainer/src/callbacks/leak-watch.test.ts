import { NumericalError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { leakWatch } from './leak-watch.ts'

const step = (callback: ReturnType<typeof leakWatch>, number: number) =>
  callback.step!({
    step: number,
    epoch: 0,
    loss: 1,
    learningRate: 1,
    images: 1,
    seconds: 1,
    waitSeconds: 0,
    stop: () => {},
  })

it('allows what is made while settling, and stops when a step leaves a tensor behind', () => {
  const guard = leakWatch({ settle: 3 })
  const kept: tf.Tensor[] = []
  for (let i = 0; i < 3; i++) {
    kept.push(tf.scalar(i))
    step(guard, i)
  }
  for (let i = 3; i < 20; i++) step(guard, i)
  kept.push(tf.scalar(1))
  expect(() => step(guard, 20)).toThrow(NumericalError)
  expect(() => step(guard, 20)).toThrow(/step 20: expected .* tensors alive/)
  tf.dispose(kept)
})
