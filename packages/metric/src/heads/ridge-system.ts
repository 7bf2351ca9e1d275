import * as tf from '@tensorflow/tfjs'
import { invertPositive } from '../coding/inverse.ts'
import { product } from '../coding/product.ts'
import { takeNumbers } from '../samples/matrix.ts'
import { type Choice, chooseOnGrid, inUnit } from './choose-on-grid.ts'
import { heldOutAccuracy } from './held-out-accuracy.ts'

/** Regression of one-hot labels by rows of features or by their Gram matrix. */
export interface RidgeProblem {
  /** H [N, M], or none where the Gram matrix is given. */
  rows?: tf.Tensor2D
  /** K = HHᵀ [N, N], or none where M < N and the rows are given. */
  gram?: tf.Tensor2D
  /** Y [N, C] */
  targets: tf.Tensor2D
}

/**
 * The answer of ridge regression to every sample when it is left out, [N, C]: y_i − (y_i − ŷ_i)/(1 − h_i), where in the Gram
 * form (y_i − ŷ_i)/(1 − h_i) is [(K+λI)⁻¹Y]_i / [(K+λI)⁻¹]_ii.
 * Source: the PRESS statistic, Allen, Technometrics 16, 1974.
 */
export function leftOutAnswers({ rows, gram, targets }: RidgeProblem, lambda: number): tf.Tensor2D {
  return tf.tidy(() => {
    if (gram) {
      const inverse = inverseWithRidge(gram, lambda)
      const own = tf.sum(tf.mul(inverse, tf.eye(gram.shape[0])), 1, true)
      return tf.sub(targets, tf.div(product(inverse, targets), own)) as tf.Tensor2D
    }
    const h = rows as tf.Tensor2D
    const mapped = product(h, inverseWithRidge(product(h, h, { a: true }), lambda))
    const answers = product(mapped, product(h, targets, { a: true }))
    const leverage = tf.sum(tf.mul(mapped, h), 1, true)
    return tf.sub(targets, tf.div(tf.sub(targets, answers), tf.sub(1, leverage))) as tf.Tensor2D
  })
}

/** (K+λI)⁻¹Y [N, C] from the Gram form, (HᵀH+λI)⁻¹HᵀY [M, C] from rows. */
export function ridgeSolution({ rows, gram, targets }: RidgeProblem, lambda: number): tf.Tensor2D {
  return tf.tidy(() => {
    if (gram) return product(inverseWithRidge(gram, lambda), targets)
    const h = rows as tf.Tensor2D
    return product(inverseWithRidge(product(h, h, { a: true }), lambda), product(h, targets, { a: true }))
  })
}

const inverseWithRidge = (a: tf.Tensor2D, lambda: number) =>
  invertPositive(tf.add(a, tf.mul(tf.eye(a.shape[0]), lambda)) as tf.Tensor2D)

/** The share of samples that ridge regression classifies correctly when they are left out. */
export const leftOutAccuracy = (problem: RidgeProblem, lambda: number, labels: Int32Array): Promise<number> =>
  heldOutAccuracy(leftOutAnswers(problem, lambda), labels)

/** Parts of tr(K)/N that the search for λ starts with. */
const START = [0.01, 0.03, 0.09]

/**
 * λ by the accuracy on samples left out. The grid is in parts of the mean square of a sample, tr(K)/N, and ends at 1e-6 of
 * tr(K), below which float32 does not tell an eigenvalue from rounding.
 */
export async function chooseLambda(problem: RidgeProblem, labels: Int32Array): Promise<Choice> {
  const count = labels.length
  const trace = tf.tidy(() => {
    const { rows, gram } = problem
    return gram ? tf.sum(tf.mul(gram, tf.eye(count))) : tf.sum(tf.square(rows as tf.Tensor2D))
  })
  const level = (await takeNumbers(trace))[0] / count
  const least = 1e-6 * count
  const start = START.map((value) => value * Math.max(1, least / START[0]))
  const choice = await chooseOnGrid({ start, limits: [least, 1e6], ties: 'largest' }, (value) =>
    leftOutAccuracy(problem, value * level, labels),
  )
  return inUnit(choice, (value) => value * level)
}
