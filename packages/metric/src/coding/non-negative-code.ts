import * as tf from '@tensorflow/tfjs'
import { product } from './product.ts'
import { codesOf, type LinearCode } from './ridge-code.ts'

/**
 * The non-negative codes z [N', B] of queries [B, r] by the alternating direction method of multipliers, from the code of
 * CRC with λ = μ/2.
 * Source: Xu, An, Zhang, Zhang, "Sparse, collaborative, or nonnegative representation: which helps pattern
 * classification?", arXiv 1806.04329, algorithm 1.
 */
export function nonNegativeCodes(
  queries: tf.Tensor2D,
  d: tf.Tensor2D,
  code: LinearCode,
  { mu, iterations }: { mu: number; iterations: number },
): tf.Tensor2D {
  // (DDᵀ + μ/2·I)⁻¹(Dq + b) = E q + (b − E Dᵀb)·2/μ, where E q is the code of CRC with λ = μ/2.
  const fixed = codesOf(code, queries)
  let z: tf.Tensor2D = tf.zerosLike(fixed)
  let multiplier: tf.Tensor2D = tf.zerosLike(fixed)
  for (let i = 0; i < iterations; i++) {
    const b = tf.div(tf.add(tf.mul(z, mu), multiplier), 2) as tf.Tensor2D
    const seen = tf.transpose(product(d, b, { a: true })) as tf.Tensor2D
    const c: tf.Tensor2D = tf.add(fixed, tf.mul(tf.sub(b, codesOf(code, seen)), 2 / mu))
    z = tf.relu(tf.sub(c, tf.div(multiplier, mu))) as tf.Tensor2D
    multiplier = tf.add(multiplier, tf.mul(tf.sub(z, c), mu)) as tf.Tensor2D
  }
  return z
}
