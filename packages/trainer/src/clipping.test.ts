import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { clipByGlobalNorm, globalNorm } from './clipping.ts'

const gradients = () =>
  new Map<string, tf.Tensor>([
    ['a', tf.tensor1d([3, 0])],
    ['b', tf.scalar(4)],
  ])

it('scales all gradients alike, down to the limit', async () => {
  const clipped = clipByGlobalNorm(gradients(), 1)
  const a = await clipped.get('a')!.data()
  expect(a[0]).toBeCloseTo(0.6, 5)
  expect((await clipped.get('b')!.data())[0]).toBeCloseTo(0.8, 5)
  expect((await globalNorm(clipped).data())[0]).toBeCloseTo(1, 5)
})

it('leaves short ones as they are, and no tensor behind', async () => {
  const before = tf.memory().numTensors
  const clipped = clipByGlobalNorm(gradients(), 6)
  expect([...(await clipped.get('a')!.data())]).toEqual([3, 0])
  tf.dispose([...clipped.values()])
  expect(tf.memory().numTensors).toBe(before)
})
