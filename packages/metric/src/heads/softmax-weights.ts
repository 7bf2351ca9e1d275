import { Prng } from '@dml-crc/core/prng'
import * as tf from '@tensorflow/tfjs'
import { product } from '../coding/product.ts'
import type { LabelledMatrix } from '../samples/checks.ts'
import { toTensor } from '../samples/matrix.ts'
import { withTensors } from '../samples/with-tensors.ts'
import { oneHot } from './one-hot.ts'

/** How far above a power iteration's estimate the largest eigenvalue is taken to be. */
const MARGIN = 1.2

/** W [d, C] and b [C] on features as they are. */
export interface SoftmaxWeights extends tf.TensorContainerObject {
  weights: tf.Tensor2D
  bias: tf.Tensor1D
}

/**
 * The W and b of least ½·decay·‖W‖² + mean cross-entropy of softmax(XW + b), by accelerated gradient steps from zero. The
 * objective is convex, and the steps are the inverse of a bound of its curvature, so there is no rate to choose and no
 * randomness: the features are centred, which parts weights and intercepts in the bound and leaves the weights the
 * curvature of the covariance, far below that of the features as they are.
 * Source of the bound: Böhning, Annals of the Institute of Statistical Mathematics 44, 1992; of the steps: Beck, Teboulle,
 * SIAM J. Imaging Sciences 2009 (FISTA), with the restart of O'Donoghue, Candès 2015.
 */
export function softmaxWeights(
  samples: LabelledMatrix,
  { decay, steps }: { decay: number; steps: number },
): Promise<SoftmaxWeights> {
  const [count, width] = samples.features.shape
  const { classes } = samples
  return withTensors(async (own) => {
    const { x, across, mean, targets, rates, decays } = own(problemOf(samples, decay))
    // What the next step starts from: its tensors are freed when there are others.
    let at = tf.tidy(() => ({ weights: tf.zeros([width + 1, classes]), ahead: tf.zeros([width + 1, classes]) }))
    own({ dispose: () => void tf.dispose(at) })
    let momentum = 1
    for (let step = 0; step < steps; step++) {
      const { weights, ahead } = at
      const moved = await withTensors(async (own) => {
        const { next, turned } = own(
          tf.tidy(() => {
            const wrong = tf.sub(tf.softmax(tf.matMul(x, ahead as tf.Tensor2D)), targets) as tf.Tensor2D
            const gradient = tf.add(tf.div(tf.matMul(across, wrong), count), tf.mul(ahead, decays))
            const next = tf.sub(ahead, tf.mul(gradient, rates))
            return { next, turned: tf.sum(tf.mul(gradient, tf.sub(next, weights))) }
          }),
        )
        // Momentum that points uphill is dropped.
        const restart = step % 10 === 9 && (await turned.data())[0] > 0
        const following = restart ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2
        const push = restart ? 0 : (momentum - 1) / following
        momentum = following
        return tf.tidy(() => ({ weights: next.clone(), ahead: tf.add(next, tf.mul(tf.sub(next, weights), push)) }))
      })
      tf.dispose(at)
      at = moved
    }
    return tf.tidy(() => {
      const kernel = tf.slice(at.weights as tf.Tensor2D, [0, 0], [width, classes])
      const intercept = tf.slice(at.weights as tf.Tensor2D, [width, 0], [1, classes])
      return { weights: kernel, bias: tf.squeeze(tf.sub(intercept, product(mean, kernel)), [0]) as tf.Tensor1D }
    })
  })
}

/** What stays the same over all steps: centred features with a 1 behind them, targets, and the rate and decay of each row. */
function problemOf({ features, labels, classes }: LabelledMatrix, decay: number) {
  const [count, width] = features.shape
  return tf.tidy(() => {
    const plain = toTensor(features)
    const mean = tf.mean(plain, 0, true) as tf.Tensor2D
    const centred = tf.sub(plain, mean) as tf.Tensor2D
    const rate = tf.div(1, tf.add(tf.mul(largestEigenvalue(centred), MARGIN / 2), decay))
    const column = (ofWeights: tf.Tensor | number, ofIntercept: number) =>
      tf.concat([tf.mul(tf.ones([width, 1]), ofWeights), tf.tensor2d([[ofIntercept]])]) as tf.Tensor2D
    const x = tf.concat([centred, tf.ones([count, 1])], 1) as tf.Tensor2D
    return {
      x,
      // Transposed once for all steps.
      across: tf.transpose(x) as tf.Tensor2D,
      mean,
      targets: oneHot(labels, classes),
      // The cross-entropy's Hessian is at most ½XᵀX/N.
      rates: column(rate, 2),
      decays: column(decay, 0),
    }
  })
}

/** Of XᵀX/N for features X [N, d], from below, by power iteration. */
function largestEigenvalue(x: tf.Tensor2D): tf.Scalar {
  const [count, width] = x.shape
  let direction = tf.tensor2d(Prng.fromSeed(0).normals(width), [width, 1])
  for (let i = 0; i < 20; i++) {
    const next = product(x, product(x, direction), { a: true })
    direction = tf.div(next, tf.maximum(tf.norm(next), 1e-20)) as tf.Tensor2D
  }
  return tf.div(tf.sum(tf.square(product(x, direction))), count) as tf.Scalar
}
