import { cholesky, choleskySolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { product } from './product.ts'

/** A⁻¹ of a symmetric positive definite A [n, n]. */
export function invertPositive(a: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => choleskySolve(cholesky(a), tf.eye(a.shape[0])) as tf.Tensor2D)
}

/** K⁻¹ = (D̂ᵀD̂ + λI)⁻¹ [r, r] of D̂ [N, r], which stands for the N × N inverse everywhere. */
export function inverseOf(d: tf.Tensor2D, lambda: tf.Scalar | number): tf.Tensor2D {
  return tf.tidy(() => {
    const ridge = tf.mul(tf.eye(d.shape[1]), lambda)
    return invertPositive(tf.add(product(d, d, { a: true }), ridge) as tf.Tensor2D)
  })
}
