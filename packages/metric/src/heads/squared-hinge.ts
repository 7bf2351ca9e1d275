import * as tf from '@tensorflow/tfjs'
import { product } from '../coding/product.ts'
import { takeNumbers } from '../samples/matrix.ts'
import { withTensors } from '../samples/with-tensors.ts'

/** The problem of one weight for the squared hinges. */
export interface SquaredHinge {
  /** X [N, d], with a column of ones where an intercept is wanted. */
  x: tf.Tensor2D
  /** Xᵀ [d, N], transposed once for all steps. */
  across: tf.Tensor2D
  /** [N, C] 1 for samples of the class, −1 for others. */
  signs: tf.Tensor2D
  /** C, the weight of the hinges. */
  cost: number
  /**
   * Length of the gradient at which the minimum counts as found, in parts of the one at zero times the share of the rarer side:
   * against many samples of other classes the first step takes most of that gradient away and says little yet.
   */
  tolerance: number
}

/** Steps of Newton at most, and of conjugate gradients inside each, in groups after which it is seen whether they suffice. */
const NEWTON_STEPS = 50
const CONJUGATE_GROUPS = 10
const GROUP = 4
/** Part of its right side that a system of Newton's method may leave. */
const SYSTEM_TOLERANCE = 0.1
const LENGTHS = [1, 0.5, 0.25, 0.125, 0.0625, 0.03125]

/**
 * The columns w_c [d, C] of least ½‖w_c‖² + C Σ_i max(0, 1 − y_ic w_cᵀx_i)², all classes at once, by Newton's method. The
 * objective is strictly convex with a generalised Hessian I + 2C Xᵀ D_c X, D_c keeping the samples inside the margin; its
 * systems are solved by conjugate gradients, and each class takes the best of a few step lengths.
 * Source: Keerthi, DeCoste, "A modified finite Newton method for fast solution of large scale linear SVMs", JMLR 6, 2005.
 * @param start [d, C] where to begin, for instance the solution for another cost; it is not disposed
 */
export function minimiseSquaredHinge(problem: SquaredHinge, start?: tf.Tensor2D): Promise<tf.Tensor2D> {
  const { x, across, signs, cost, tolerance } = problem
  return withTensors(async (own) => {
    const scale = own(tf.tidy(() => gradientScale(problem)))
    let weights = start ? start.clone() : (tf.zeros([x.shape[1], signs.shape[1]]) as tf.Tensor2D)
    own({ dispose: () => weights.dispose() })
    for (let step = 0; step < NEWTON_STEPS; step++) {
      const next = await withTensors(async (own) => {
        const { inside, gradient, left } = own(
          tf.tidy(() => {
            const margins = tf.sub(1, tf.mul(signs, product(x, weights))) as tf.Tensor2D
            const inside = tf.cast(tf.greater(margins, 0), 'float32') as tf.Tensor2D
            const pull = product(across, tf.mul(tf.mul(signs, margins), inside))
            const gradient = tf.sub(weights, tf.mul(pull, 2 * cost)) as tf.Tensor2D
            return { inside, gradient, left: tf.max(tf.div(tf.norm(gradient, 2, 0), scale)) }
          }),
        )
        if ((await left.data())[0] < tolerance) return undefined
        const times = (p: tf.Tensor2D) =>
          tf.add(p, tf.mul(product(across, tf.mul(product(x, p), inside)), 2 * cost)) as tf.Tensor2D
        const direction = own(await conjugateGradients(times, gradient))
        return tf.tidy(
          () => tf.sub(weights, tf.mul(direction, bestLengths(problem, weights, direction))) as tf.Tensor2D,
        )
      })
      if (!next) break
      weights.dispose()
      weights = next
    }
    return weights.clone()
  })
}

/** [C] what the lengths of the gradients are measured by. */
function gradientScale({ across, signs, cost }: SquaredHinge): tf.Tensor {
  const share = tf.mean(tf.relu(signs), 0)
  const atZero = tf.mul(tf.norm(product(across, signs), 2, 0), 2 * cost)
  return tf.mul(atZero, tf.minimum(share, tf.sub(1, share)))
}

/** Solves H d = r for every column at once, from zero, H positive definite. */
function conjugateGradients(times: (p: tf.Tensor2D) => tf.Tensor2D, right: tf.Tensor2D): Promise<tf.Tensor2D> {
  return withTensors(async (own) => {
    let state = tf.tidy(() => ({
      solution: tf.zerosLike(right) as tf.Tensor2D,
      residual: right.clone(),
      p: right.clone(),
      energy: tf.sum(tf.square(right), 0),
    }))
    own({ dispose: () => void tf.dispose(state) })
    const goal = own(tf.mul(state.energy, SYSTEM_TOLERANCE ** 2))
    for (let group = 0; group < CONJUGATE_GROUPS; group++) {
      const last = state
      state = tf.tidy(() => {
        let { solution, residual, p, energy } = last
        for (let i = 0; i < GROUP; i++) {
          const hp = times(p)
          // A column that is solved has no residual left: nothing is divided by zero.
          const length = tf.divNoNan(energy, tf.sum(tf.mul(p, hp), 0))
          solution = tf.add(solution, tf.mul(p, length))
          residual = tf.sub(residual, tf.mul(hp, length))
          const before = energy
          energy = tf.sum(tf.square(residual), 0)
          p = tf.add(residual, tf.mul(p, tf.divNoNan(energy, before)))
        }
        return { solution, residual, p, energy }
      })
      tf.dispose(last)
      const [open] = await takeNumbers(tf.tidy(() => tf.max(tf.sub(state.energy, goal))))
      if (open <= 0) break
    }
    return state.solution.clone()
  })
}

/** [1, C] for each class the step length against `direction` of least objective. */
function bestLengths({ x, signs, cost }: SquaredHinge, from: tf.Tensor2D, direction: tf.Tensor2D): tf.Tensor2D {
  const at = product(x, from)
  const change = product(x, direction)
  const values = LENGTHS.map((length) => {
    const squares = tf.sum(tf.square(tf.sub(from, tf.mul(direction, length))), 0)
    const margins = tf.sub(1, tf.mul(signs, tf.sub(at, tf.mul(change, length))))
    return tf.add(tf.div(squares, 2), tf.mul(tf.sum(tf.square(tf.relu(margins)), 0), cost)) as tf.Tensor1D
  })
  const best = tf.argMin(tf.stack(values), 0) as tf.Tensor1D
  return tf.expandDims(tf.gather(tf.tensor1d(LENGTHS), best), 0) as tf.Tensor2D
}
