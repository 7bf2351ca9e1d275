import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { type Classifier, fitted } from './classifier.ts'
import { checkCount, checkLabelled, checkPositive, toTensor } from './matrix.ts'
import { product } from './product.ts'

export interface SoftmaxRegressionOptions {
  /** Weight of ½‖W‖² beside the mean cross-entropy, above 0. Default 1e-4. */
  decay?: number
  /** Gradient steps. Default 300. */
  steps?: number
}

/** How far above a power iteration's estimate the largest eigenvalue is taken to be. */
const MARGIN = 1.2

/**
 * Multinomial logistic regression with an intercept, which does not decay, by accelerated gradient steps from zero. The
 * objective is convex, and the steps are the inverse of a bound of its curvature, so there is no rate to choose and no
 * randomness: the features are centred, which parts weights and intercepts in the bound and leaves the weights the
 * curvature of the covariance, far below that of the features as they are.
 * Its scores are probabilities. Source of the bound: Böhning, Annals of the Institute of Statistical Mathematics 44, 1992;
 * of the steps: Beck, Teboulle, SIAM J. Imaging Sciences 2009 (FISTA), with the restart of O'Donoghue, Candès 2015.
 * @throws {InputError} when the options are not positive.
 */
export function softmaxRegression({ decay = 1e-4, steps = 300 }: SoftmaxRegressionOptions = {}): Classifier {
  checkPositive('decay', decay)
  checkCount('steps', steps)
  return {
    name: `softmax (decay=${decay})`,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const [count, width] = checked.features.shape
      const { x, across, mean, targets, rates, decays } = tf.tidy(() => {
        const plain = toTensor(checked.features)
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
          targets: tf.oneHot(tf.tensor1d(checked.labels, 'int32'), checked.classes).toFloat(),
          // The cross-entropy's Hessian is at most ½XᵀX/N.
          rates: column(rate, 2),
          decays: column(decay, 0),
        }
      })

      let weights = tf.zeros([width + 1, checked.classes]) as tf.Tensor2D
      let ahead = weights.clone()
      let momentum = 1
      for (let step = 0; step < steps; step++) {
        const [next, turned] = tf.tidy(() => {
          const wrong = tf.sub(tf.softmax(tf.matMul(x, ahead)), targets) as tf.Tensor2D
          const gradient = tf.add(tf.div(tf.matMul(across, wrong), count), tf.mul(ahead, decays))
          const next = tf.sub(ahead, tf.mul(gradient, rates)) as tf.Tensor2D
          // Momentum that points uphill is dropped.
          return [next, tf.sum(tf.mul(gradient, tf.sub(next, weights)))] as [tf.Tensor2D, tf.Scalar]
        })
        const restart = step % 10 === 9 && (await turned.data())[0] > 0
        const following = restart ? 1 : (1 + Math.sqrt(1 + 4 * momentum * momentum)) / 2
        const push = restart ? 0 : (momentum - 1) / following
        const last = weights
        const lastAhead = ahead
        ahead = tf.tidy(() => tf.add(next, tf.mul(tf.sub(next, last), push)) as tf.Tensor2D)
        weights = next
        momentum = following
        tf.dispose([last, lastAhead, turned])
      }
      tf.dispose([x, across, targets, rates, decays, ahead])
      return fitted({
        evaluate: (queries) =>
          tf.softmax(
            tf.matMul(tf.concat([tf.sub(queries, mean), tf.ones([queries.shape[0], 1])], 1), weights),
          ) as tf.Tensor2D,
        width,
        perQuery: width,
        returns: 'scores',
        dispose: () => tf.dispose([weights, mean]),
      })
    },
  }
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
