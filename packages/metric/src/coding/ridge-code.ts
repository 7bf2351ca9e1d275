import { NumericalError } from '@dml-crc/core/errors'
import * as tf from '@tensorflow/tfjs'
import { type Matrix, toMatrix, toTensor } from '../samples/matrix.ts'
import { withTensors } from '../samples/with-tensors.ts'
import { invertPositive } from './inverse.ts'
import { innerProducts } from './kernel.ts'
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

/** Whether the inverse of a dictionary of that shape is the one over its samples, [N, N], and not the one over its columns. */
export const isDual = ([samples, width]: readonly number[], gamma?: number): boolean =>
  gamma !== undefined || samples < width

/**
 * The inverse that the code of CRC takes, of D [N, r]: (DᵀD + λI)⁻¹ [r, r], or (DDᵀ + λI)⁻¹ [N, N] where that is smaller;
 * with `gamma` (K + λI)⁻¹ [N, N] of the kernel products K.
 */
export function ridgeInverse(d: tf.Tensor2D, lambda: number, gamma?: number): tf.Tensor2D {
  return tf.tidy(() => invertPositive(ridgeSystem(d, lambda, gamma)))
}

function ridgeSystem(d: tf.Tensor2D, lambda: number, gamma?: number): tf.Tensor2D {
  const gram = isDual(d.shape, gamma) ? innerProducts(d, d, gamma) : product(d, d, { a: true })
  return tf.add(gram, tf.mul(tf.eye(gram.shape[0]), lambda))
}

/**
 * The code of CRC, α = (DDᵀ + λI)⁻¹D q = D(DᵀD + λI)⁻¹q, of D [N, r] from its {@link ridgeInverse}.
 * Source: Zhang, Yang, Feng, "Sparse representation or collaborative representation", ICCV 2011, eq. 6.
 */
export function ridgeCode(d: tf.Tensor2D, inverse: tf.Tensor2D): LinearCode {
  return isDual(d.shape) ? { rows: product(inverse, d) } : { rows: d, square: inverse }
}

/** Condition number from which float32 codes no longer classify as exact ones do. */
const WORST_CONDITION = 3e7

/**
 * {@link ridgeInverse} of a dictionary on the host.
 * @throws {NumericalError} where λ is too small for float32: the condition number ‖A‖₁‖A⁻¹‖₁ of the system is above 3e7, and
 * labels would differ from those of exact codes.
 */
export async function hostInverse(dictionary: Matrix, lambda: number, gamma?: number): Promise<Matrix> {
  const { ofSystem, ofInverse, found } = await withTensors(async (own) => {
    const { inverse, norms } = own(inverseAndNorms(dictionary, lambda, gamma))
    const [ofSystem, ofInverse] = await norms.data()
    return { ofSystem, ofInverse, found: await toMatrix(inverse) }
  })
  const condition = ofSystem * ofInverse
  if (!(condition <= WORST_CONDITION)) {
    throw new NumericalError('the codes', {
      expected: `a condition number of at most ${WORST_CONDITION.toExponential(0)}, as float32 can bear`,
      received: `${condition.toPrecision(2)} with λ = ${lambda}`,
      remedy: `Raise λ: ${((ofSystem * Math.sqrt(found.shape[0])) / WORST_CONDITION).toPrecision(1)} is surely enough; or reduce the features.`,
    })
  }
  return found
}

/** The inverse, and the norms ‖A‖₁ and ‖A⁻¹‖₁. */
function inverseAndNorms(
  dictionary: Matrix,
  lambda: number,
  gamma?: number,
): { inverse: tf.Tensor2D; norms: tf.Tensor } {
  return tf.tidy(() => {
    const d = toTensor(dictionary)
    const system = ridgeSystem(d, lambda, gamma)
    const inverse = invertPositive(system)
    const norm = (a: tf.Tensor) => tf.max(tf.sum(tf.abs(a), 0))
    return { inverse, norms: tf.stack([norm(system), norm(inverse)]) }
  })
}
