import * as tf from '@tensorflow/tfjs'
import type { Classifier } from './classifier.ts'
import { codesOf, crcCode, type LinearCode, residualsTo } from './collaborative-code.ts'
import { dictionaryClassifier } from './dictionary-classifier.ts'
import { checkCount, checkPositive } from './matrix.ts'
import { product } from './product.ts'

export interface NrcOptions {
  /** Penalty of the alternating directions, above 0. Default 0.1. */
  mu?: number
  /** Default 5. */
  iterations?: number
}

/** The non-negative codes z [N', B] after the iterations. */
function nonNegativeCodes(
  queries: tf.Tensor2D,
  d: tf.Tensor2D,
  code: LinearCode,
  { mu, iterations }: Required<NrcOptions>,
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

/**
 * Non-negative representation classifier: codes may not be negative. The class residuals are of the non-negative z.
 * Source: Xu, An, Zhang, Zhang, "Sparse, collaborative, or nonnegative representation: which helps pattern
 * classification?", arXiv 1806.04329.
 * @throws {InputError} when an option is not positive.
 */
export function nrc({ mu = 0.1, iterations = 5 }: NrcOptions = {}): Classifier {
  checkPositive('mu', mu)
  checkCount('iterations', iterations)
  return dictionaryClassifier(
    `NRC (μ=${mu})`,
    ({ d }) => ({ ...crcCode(d, mu / 2) }),
    (queries, dictionary, code) =>
      residualsTo(queries, nonNegativeCodes(queries, dictionary.d, code, { mu, iterations }), dictionary),
  )
}
