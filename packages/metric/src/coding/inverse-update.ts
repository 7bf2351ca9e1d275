import { NumericalError } from '@dml-crc/core/errors'
import { cholesky, choleskySolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { type Matrix, toTensor } from '../samples/matrix.ts'
import { innerProducts } from './kernel.ts'
import { product } from './product.ts'

/**
 * Updates of the inverse that codes are computed from (`ridgeInverse`), when samples come or go: (DᵀD + λI)⁻¹ [r, r] for
 * N ≥ r, (DDᵀ + λI)⁻¹ [N, N] below. The caller disposes of what they give.
 * Source: Golub, Van Loan, "Matrix computations", 2.1.4 (Sherman, Morrison, Woodbury) and 3.2 (Schur complement).
 */

/** (K + XᵀX)⁻¹ = K⁻¹ − K⁻¹Xᵀ(I + XK⁻¹Xᵀ)⁻¹XK⁻¹ for new rows X [k, r]. */
export function withRows(inverse: Matrix, rows: Matrix): tf.Tensor2D {
  return tf.tidy(() => {
    const [k, x] = [toTensor(inverse), toTensor(rows)]
    const solved = product(x, k)
    const small = tf.add(product(solved, x, { b: true }), tf.eye(x.shape[0]))
    return tf.sub(k, product(solved, choleskySolve(cholesky(small), solved) as tf.Tensor2D, { a: true }))
  })
}

/**
 * The least pivot at which rows are taken out by an update. Below it the difference loses more digits of float32 than
 * the result may, and the caller recomputes the inverse.
 */
const LEAST_PIVOT = 1e-3

/** (K − XᵀX)⁻¹ = K⁻¹ + K⁻¹Xᵀ(I − XK⁻¹Xᵀ)⁻¹XK⁻¹ for rows X [k, r] that go; undefined where that would be inexact. */
export async function withoutRows(inverse: Matrix, rows: Matrix): Promise<tf.Tensor2D | undefined> {
  const kept = tf.tidy(() => {
    const [k, x] = [toTensor(inverse), toTensor(rows)]
    const solved = product(x, k)
    return { k, solved, small: tf.sub(tf.eye(x.shape[0]), product(solved, x, { b: true })) }
  })
  const factor = await stableFactor(kept.small)
  const result =
    factor &&
    tf.tidy(() => tf.add(kept.k, product(kept.solved, choleskySolve(factor, kept.solved) as tf.Tensor2D, { a: true })))
  tf.dispose([kept.k, kept.solved, kept.small, ...(factor ? [factor] : [])])
  return result as tf.Tensor2D | undefined
}

/** The Cholesky factor of a, or undefined where a pivot is below {@link LEAST_PIVOT}. */
async function stableFactor(a: tf.Tensor): Promise<tf.Tensor | undefined> {
  let factor: tf.Tensor
  try {
    factor = cholesky(a)
  } catch (error) {
    if (error instanceof NumericalError) return undefined
    throw error
  }
  const n = a.shape[0]
  const data = await factor.data()
  for (let i = 0; i < n; i++) {
    if (data[i * n + i] ** 2 >= LEAST_PIVOT) continue
    factor.dispose()
    return undefined
  }
  return factor
}

/** The inverse of the dual matrix of D [N, r] with new rows X [k, r] below, from P = (DDᵀ + λI)⁻¹ or that of a kernel. */
export function bordered(
  inverse: Matrix,
  dictionary: Matrix,
  rows: Matrix,
  { lambda, gamma }: { lambda: number; gamma?: number },
): tf.Tensor2D {
  return tf.tidy(() => {
    const [p, d, x] = [inverse, dictionary, rows].map(toTensor)
    const cross = innerProducts(d, x, gamma)
    const solved = product(p, cross)
    const corner = tf.add(innerProducts(x, x, gamma), tf.mul(tf.eye(x.shape[0]), lambda))
    const factor = cholesky(tf.sub(corner, product(cross, solved, { a: true })))
    const below = choleskySolve(factor, tf.transpose(solved)) as tf.Tensor2D
    const last = choleskySolve(factor, tf.eye(x.shape[0])) as tf.Tensor2D
    return tf.concat([
      tf.concat([tf.add(p, product(solved, below)), tf.neg(tf.transpose(below))], 1),
      tf.concat([tf.neg(below), last], 1),
    ]) as tf.Tensor2D
  })
}

/** The inverse of the dual matrix of the rows that are kept: P_kk − P_kg P_gg⁻¹ P_gk, where g are those gone. */
export function withoutBorder(inverse: Matrix, kept: readonly number[], gone: readonly number[]): tf.Tensor2D {
  return tf.tidy(() => {
    const p = toTensor(inverse)
    const [k, g] = [kept, gone].map((rows) => tf.tensor1d([...rows], 'int32'))
    const rows = tf.gather(p, g)
    const across = tf.gather(rows, k, 1) as tf.Tensor2D
    const own = tf.gather(rows, g, 1)
    const change = product(across, choleskySolve(cholesky(own), across) as tf.Tensor2D, { a: true })
    return tf.sub(tf.gather(tf.gather(p, k), k, 1), change) as tf.Tensor2D
  })
}
