import { NumericalError } from '@dml-crc/core/errors'
import * as tf from '@tensorflow/tfjs'
import { type Matrix, toMatrix, toTensor } from '../samples/matrix.ts'
import { inverseOf, invertPositive } from './inverse.ts'
import { product } from './product.ts'

/** The codes α = E S q of queries, where both matrices are computed once for a dictionary. */
export interface LinearCode {
  /** E [N', r] */
  readonly rows: tf.Tensor2D
  /** S [r, r], or none for the identity. */
  readonly square?: tf.Tensor2D
}

/** α [N', B] of queries [B, r]. */
export function codesOf({ rows, square }: LinearCode, queries: tf.Tensor2D): tf.Tensor2D {
  return square ? product(rows, product(square, queries, { b: true })) : product(rows, queries, { b: true })
}

/**
 * The inverse that the code of CRC takes, of D [N, r]: (DᵀD + λI)⁻¹ [r, r], or (DDᵀ + λI)⁻¹ [N, N] where that is smaller.
 */
export function ridgeInverse(d: tf.Tensor2D, lambda: number): tf.Tensor2D {
  const [n, width] = d.shape
  if (n >= width) return inverseOf(d, lambda)
  return tf.tidy(() => invertPositive(tf.add(product(d, d, { b: true }), tf.mul(tf.eye(n), lambda)) as tf.Tensor2D))
}

/**
 * The code of CRC, α = (DDᵀ + λI)⁻¹D q = D(DᵀD + λI)⁻¹q, of D [N, r] from its {@link ridgeInverse}.
 * Source: Zhang, Yang, Feng, "Sparse representation or collaborative representation", ICCV 2011, eq. 6.
 */
export function ridgeCode(d: tf.Tensor2D, inverse: tf.Tensor2D): LinearCode {
  return d.shape[0] >= d.shape[1] ? { rows: d, square: inverse } : { rows: product(inverse, d) }
}

/** Condition number from which float32 codes no longer classify as exact ones do. */
const WORST_CONDITION = 3e7

/**
 * {@link ridgeInverse} of a dictionary on the host.
 * @throws {NumericalError} where λ is too small for float32: the condition number ‖A‖₁‖A⁻¹‖₁ of the system is above 3e7, and
 * labels would differ from those of exact codes.
 */
export async function hostInverse(dictionary: Matrix, lambda: number): Promise<Matrix> {
  const [n, width] = dictionary.shape
  const { inverse, norms } = tf.tidy(() => {
    const d = toTensor(dictionary)
    const inverse = ridgeInverse(d, lambda)
    const system = tf.add(
      n >= width ? product(d, d, { a: true }) : product(d, d, { b: true }),
      tf.mul(tf.eye(Math.min(n, width)), lambda),
    )
    const norm = (a: tf.Tensor) => tf.max(tf.sum(tf.abs(a), 0))
    return { inverse, norms: tf.stack([norm(system), norm(inverse)]) }
  })
  const [ofSystem, ofInverse] = await norms.data()
  const { data, shape } = await toMatrix(inverse)
  tf.dispose([inverse, norms])
  const condition = ofSystem * ofInverse
  if (!(condition <= WORST_CONDITION)) {
    throw new NumericalError('the codes', {
      expected: `a condition number of at most ${WORST_CONDITION.toExponential(0)}, as float32 can bear`,
      received: `${condition.toPrecision(2)} with λ = ${lambda}`,
      remedy: `Raise λ: ${((ofSystem * Math.sqrt(shape[0])) / WORST_CONDITION).toPrecision(1)} is surely enough; or reduce the features.`,
    })
  }
  return { data, shape }
}
