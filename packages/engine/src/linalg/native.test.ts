import { NumericalError, Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { expect, it } from 'vitest'
import { loadEngine } from '../engine.ts'
import { cholesky } from './cholesky.ts'
import { solve } from './solve.ts'

const largest = (t: tf.Tensor) => tf.tidy(() => tf.max(tf.abs(t)).dataSync()[0]!)
const reason = await loadEngine({ prefer: 'tfjs-node' }).then(
  () => '',
  (error: Error) => error.message,
)

it.skipIf(reason !== '')(`the native engine factors, solves and has the gradients ${reason}`, async () => {
  const prng = Prng.fromSeed(3)
  const n = 100
  const x = tf.tensor2d(prng.normals(n * n), [n, n])
  const a = tf.add(tf.div(tf.matMul(x, x, false, true), n), tf.eye(n))
  const b = tf.tensor2d(prng.normals(n * 2), [n, 2])
  const l = cholesky(a)
  expect(largest(tf.sub(tf.matMul(l, l, false, true), a))).toBeLessThan(1e-5)
  for (const positiveDefinite of [false, true]) {
    expect(largest(tf.sub(tf.matMul(a, solve(a, b, { positiveDefinite })), b))).toBeLessThan(1e-4)
    // d(1ᵀA⁻¹B1)/dB is A⁻ᵀ1 in every column.
    const slope = tf.grad((right: tf.Tensor) => tf.sum(solve(a, right, { positiveDefinite })))(b)
    expect(largest(tf.sub(tf.matMul(a, slope, true), tf.ones([n, 2])))).toBeLessThan(1e-4)
  }
  expect(() => cholesky(tf.sub(a, tf.mul(tf.eye(n), 2)))).toThrow(NumericalError)
})
