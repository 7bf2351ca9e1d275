import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { globalNorm, scale } from './clipping.ts'

it('scales all gradients alike, which scales their norm, and leaves no tensor behind', async () => {
  const before = tf.memory().numTensors
  const gradients = new Map<string, tf.Tensor>([
    ['a', tf.tensor1d([3, 0])],
    ['b', tf.scalar(4)],
  ])
  const scaled = scale(gradients, 0.2)
  expect((await scaled.get('a')!.data())[0]).toBeCloseTo(0.6, 5)
  expect((await scaled.get('b')!.data())[0]).toBeCloseTo(0.8, 5)
  const norm = globalNorm(scaled)
  expect((await norm.data())[0]).toBeCloseTo(1, 5)
  tf.dispose([norm, ...scaled.values()])
  expect(tf.memory().numTensors).toBe(before)
})
