import * as tf from '@tensorflow/tfjs'
import { runMatrixKernel } from './kernels.ts'
import { lowerTriangle, transposed } from './triangle.ts'
import { requireSquare, requireSystem } from './validate.ts'

/**
 * The lower factor L of symmetric positive definite matrices, a = L·Lᵀ.
 *
 * Only the lower triangle of `a` is read. The gradient is symmetric (Murray, "Differentiation of the Cholesky
 * decomposition", arXiv 1602.07527, eq. 10).
 *
 * @param a [..., n, n] float32
 * @returns [..., n, n] float32, zeros above the diagonal
 * @throws InputError for another shape; NumericalError, naming the pivot and a λ that suffices, where a matrix is
 * not positive definite.
 */
export function cholesky(a: tf.Tensor): tf.Tensor {
  requireSquare('cholesky', a)
  const op = tf.customGrad((x, save) => {
    const l = runMatrixKernel<tf.Tensor>('Cholesky', { input: x as tf.Tensor })
    ;(save as tf.GradSaveFunc)([l])
    return {
      value: l,
      gradFunc: (dl, saved) => {
        const [factor] = saved as [tf.Tensor]
        // Ā = ½ L⁻ᵀ (Φ + Φᵀ) L⁻¹, where Φ is the lower triangle of LᵀL̄ with half its diagonal.
        const phi = lowerTriangle(tf.matMul(factor, dl, true, false), 0.5)
        const left = solveWith(factor, tf.add(phi, transposed(phi)), true)
        return tf.mul(solveWith(factor, transposed(left), true), 0.5)
      },
    }
  })
  return op(a)
}

/**
 * Solves l·x = b, or lᵀ·x = b with `transpose`, for lower triangular l.
 *
 * @param l [..., n, n] float32; only its lower triangle is read
 * @param b [..., n, k] float32
 * @returns [..., n, k]
 * @throws InputError when the shapes do not fit.
 */
export function triangularSolve(l: tf.Tensor, b: tf.Tensor, { transpose = false } = {}): tf.Tensor {
  requireSystem('triangularSolve', l, b)
  const op = tf.customGrad((factor, right, save) => {
    const x = solveWith(factor as tf.Tensor, right as tf.Tensor, transpose)
    ;(save as tf.GradSaveFunc)([factor as tf.Tensor, x])
    return {
      value: x,
      gradFunc: (dx, saved) => {
        const [m, solution] = saved as [tf.Tensor, tf.Tensor]
        const db = solveWith(m, dx, !transpose)
        const outer = transpose ? tf.matMul(solution, db, false, true) : tf.matMul(db, solution, false, true)
        return [tf.neg(lowerTriangle(outer)), db]
      },
    }
  })
  return op(l, b)
}

/**
 * Solves (l·lᵀ)·x = b for a Cholesky factor l.
 *
 * @param l [..., n, n] float32, lower triangular
 * @param b [..., n, k] float32
 * @returns [..., n, k]
 * @throws InputError when the shapes do not fit.
 */
export function choleskySolve(l: tf.Tensor, b: tf.Tensor): tf.Tensor {
  requireSystem('choleskySolve', l, b)
  const op = tf.customGrad((factor, right, save) => {
    const x = solveBoth(factor as tf.Tensor, right as tf.Tensor)
    ;(save as tf.GradSaveFunc)([factor as tf.Tensor, x])
    return {
      value: x,
      gradFunc: (dx, saved) => {
        const [m, solution] = saved as [tf.Tensor, tf.Tensor]
        // With A = LLᵀ and w = A⁻¹x̄: b̄ = w, Ā = −wxᵀ, so L̄ is the lower triangle of −(wxᵀ + xwᵀ)L.
        const w = solveBoth(m, dx)
        const product = tf.add(
          tf.matMul(w, tf.matMul(solution, m, true, false)),
          tf.matMul(solution, tf.matMul(w, m, true, false)),
        )
        return [tf.neg(lowerTriangle(product)), w]
      },
    }
  })
  return op(l, b)
}

/** The kernel of {@link triangularSolve}, outside any gradient tape. */
function solveWith(l: tf.Tensor, b: tf.Tensor, transpose: boolean): tf.Tensor {
  return runMatrixKernel('MatrixTriangularSolve', { matrix: l, rhs: b }, { lower: true, adjoint: transpose })
}

/** (l·lᵀ)⁻¹·b, outside any gradient tape. */
export function solveBoth(l: tf.Tensor, b: tf.Tensor): tf.Tensor {
  return tf.tidy(() => solveWith(l, solveWith(l, b, false), true))
}
