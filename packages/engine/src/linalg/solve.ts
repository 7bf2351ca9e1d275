import * as tf from '@tensorflow/tfjs'
import { solveBoth } from './cholesky.ts'
import { runMatrixKernel } from './kernels.ts'
import { lowerTriangle, transposed } from './triangle.ts'
import { requireSquare, requireSystem } from './validate.ts'

export interface SolveOptions {
  /** Whether a is known to be symmetric and positive definite: half the work. Default false. */
  positiveDefinite?: boolean
}

/**
 * Solves a·x = b. The gradient reuses the one factorisation: with w = a⁻ᵀx̄, b̄ = w and ā = −w·xᵀ.
 *
 * @param a [..., n, n] float32
 * @param b [..., n, k] float32
 * @returns [..., n, k]
 * @throws InputError when the shapes do not fit; NumericalError where `positiveDefinite` is set and a is not.
 */
export function solve(
  a: tf.Tensor,
  b: tf.Tensor,
  { positiveDefinite: symmetric = false }: SolveOptions = {},
): tf.Tensor {
  requireSystem('solve', a, b)
  const op = tf.customGrad((matrix, right, save) => {
    const factors = symmetric
      ? [runMatrixKernel<tf.Tensor>('Cholesky', { input: matrix as tf.Tensor })]
      : runMatrixKernel<tf.Tensor[]>('Lu', { input: matrix as tf.Tensor })
    const x = apply(factors, right as tf.Tensor, false)
    ;(save as tf.GradSaveFunc)([x, ...factors])
    return {
      value: x,
      gradFunc: (dx, saved) => {
        const [solution, ...kept] = saved as [tf.Tensor, ...tf.Tensor[]]
        const w = apply(kept, dx, true)
        const da = tf.neg(tf.matMul(w, solution, false, true))
        return [symmetric ? tf.mul(tf.add(da, transposed(da)), 0.5) : da, w]
      },
    }
  })
  return op(a, b)
}

/**
 * The inverse of a. Prefer {@link solve} where the inverse is only multiplied by something.
 *
 * @param a [..., n, n] float32
 * @returns [..., n, n]
 * @throws as {@link solve}
 */
export function inverse(a: tf.Tensor, options: SolveOptions = {}): tf.Tensor {
  requireSquare('inverse', a)
  return tf.tidy(() => solve(a, tf.eye(a.shape.at(-1)!).broadcastTo(a.shape), options))
}

/** a⁻¹·b, or a⁻ᵀ·b with `adjoint`, from the factors of a: [l] of Cholesky, or [lu, permutation]. */
function apply(factors: tf.Tensor[], b: tf.Tensor, adjoint: boolean): tf.Tensor {
  const [lu, permutation] = factors as [tf.Tensor, tf.Tensor?]
  if (!permutation) return solveBoth(lu, b)
  return tf.tidy(() => {
    const unit = tf.add(lowerTriangle(lu, 0), tf.eye(lu.shape.at(-1)!))
    const substitute = (matrix: tf.Tensor, rhs: tf.Tensor, lower: boolean): tf.Tensor =>
      runMatrixKernel('MatrixTriangularSolve', { matrix, rhs }, { lower, adjoint })
    if (!adjoint) return substitute(lu, substitute(unit, takeRows(b, permutation), true), false)
    const permuted = substitute(unit, substitute(lu, b, false), true)
    return takeRows(permuted, inversePermutation(permutation))
  })
}

/** Row p[..., i] of b [..., n, k] for each i. (The wasm backend's own gather goes wrong with batch dimensions.) */
function takeRows(b: tf.Tensor, p: tf.Tensor): tf.Tensor {
  const [n, k] = b.shape.slice(-2) as [number, number]
  const batch = b.size / (n * k)
  const firstRows = tf.mul(tf.reshape(tf.range(0, batch, 1, 'int32'), [batch, 1]), tf.scalar(n, 'int32'))
  const rows = tf.reshape(tf.add(tf.reshape(p, [batch, n]), firstRows), [batch * n])
  return tf.reshape(tf.gather(tf.reshape(b, [batch * n, k]), rows), b.shape)
}

/** The order that sorts a permutation undoes it. */
function inversePermutation(p: tf.Tensor): tf.Tensor {
  return tf.topk(tf.neg(p), p.shape.at(-1)!).indices
}
