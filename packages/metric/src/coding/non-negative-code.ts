import * as tf from '@tensorflow/tfjs'
import { product } from './product.ts'
import { codesOf, type LinearCode } from './ridge-code.ts'

export interface NonNegativeSystem {
  /** K⁻¹D̂q [N', B] of the queries, times what stands before D̂q. */
  readonly fixed: tf.Tensor2D
  /** K⁻¹b of b [N', B]. */
  solve(b: tf.Tensor2D): tf.Tensor2D
  /** μ, the penalty; K has μ/2 on its diagonal. */
  readonly mu: number
  readonly iterations: number
}

/**
 * The codes c [N', B] that the alternating direction method of multipliers comes to under c = z ≥ 0:
 * c = K⁻¹(D̂q + (μz + δ)/2), z = max(0, c − δ/μ), δ += μ(z − c). The methods classify by c, which after few alternations is not
 * yet z: it may be a little below zero.
 * Source: Xu, An, Zhang, Zhang, "Sparse, collaborative, or nonnegative representation: which helps pattern
 * classification?", arXiv 1806.04329, algorithm 1.
 */
export function nonNegativeCodes({ fixed, solve, mu, iterations }: NonNegativeSystem): tf.Tensor2D {
  let c = fixed
  let z: tf.Tensor2D = tf.zerosLike(fixed)
  let multiplier: tf.Tensor2D = tf.zerosLike(fixed)
  for (let i = 0; i < iterations; i++) {
    c = tf.add(fixed, solve(tf.div(tf.add(tf.mul(z, mu), multiplier), 2) as tf.Tensor2D))
    z = tf.relu(tf.sub(c, tf.div(multiplier, mu))) as tf.Tensor2D
    multiplier = tf.add(multiplier, tf.mul(tf.sub(z, c), mu)) as tf.Tensor2D
  }
  return c
}

/** (D̂D̂ᵀ + μ/2·I)⁻¹b = (b − E D̂ᵀb)·2/μ, where E q is the code of CRC with λ = μ/2. */
export function ridgeSolve(code: LinearCode, d: tf.Tensor2D, mu: number, b: tf.Tensor2D): tf.Tensor2D {
  const seen = tf.transpose(product(d, b, { a: true })) as tf.Tensor2D
  return tf.mul(tf.sub(b, codesOf(code, seen)), 2 / mu)
}
