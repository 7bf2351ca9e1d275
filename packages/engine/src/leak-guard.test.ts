import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { countLeaks, leakGuard, leakMatchers, memory } from './leak-guard.ts'

it('leakGuard lets through what is returned and refuses what is left', async () => {
  const kept = await leakGuard('clean', () => tf.tidy(() => tf.add(tf.ones([2]), 1)))
  expect([...(await kept.data())]).toEqual([2, 2])
  kept.dispose()
  const leaky = leakGuard('leaky work', () => {
    lost.push(tf.ones([3]), tf.ones([4]))
  })
  await expect(leaky).rejects.toThrow(/leaky work.*2 left behind/)
  tf.dispose(lost)
})
const lost: tf.Tensor[] = []

it('the matcher counts what is left and not what is returned', async () => {
  expect(await countLeaks(() => tf.ones([1]))).toBe(0)
  expect((await leakMatchers.toLeakNoTensors(() => tf.ones([1]))).pass).toBe(true)
  const left: tf.Tensor[] = []
  const result = await leakMatchers.toLeakNoTensors(() => void left.push(tf.ones([1])))
  expect(result.pass).toBe(false)
  expect(result.message()).toBe('expected no tensors left behind, 1 were')
  tf.dispose(left)
})

it('memory keeps the peak', () => {
  const big = tf.ones([1000])
  const { bytes } = memory()
  big.dispose()
  expect(memory().bytes).toBeLessThan(bytes)
  expect(memory().peakBytes).toBeGreaterThanOrEqual(bytes)
})
