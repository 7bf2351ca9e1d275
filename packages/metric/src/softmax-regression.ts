import * as tf from '@tensorflow/tfjs'
import { type Classifier, fitted } from './classifier.ts'
import { checkCount, checkLabelled, checkPositive, toTensor } from './matrix.ts'

export interface SoftmaxRegressionOptions {
  /** Weight of ½‖W‖² beside the mean cross-entropy, above 0. Default 1e-4. */
  decay?: number
  /** Gradient steps. Default 300. */
  steps?: number
}

/**
 * Multinomial logistic regression with an intercept, which decays like the other weights, by accelerated gradient steps from zero. The objective is convex
 * and the step is the inverse of a bound of its curvature, so there is no rate to choose and no randomness.
 * Its scores are probabilities. Source of the steps: Beck, Teboulle, SIAM J. Imaging Sciences 2009 (FISTA), with the
 * restart of O'Donoghue, Candès 2015.
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
      const x = tf.tidy(() => {
        const plain = toTensor(checked.features)
        return tf.concat([plain, tf.ones([count, 1])], 1) as tf.Tensor2D
      })
      // Transposed once for all steps.
      const across = tf.transpose(x) as tf.Tensor2D
      const targets = tf.tidy(() => tf.oneHot(tf.tensor1d(checked.labels, 'int32'), checked.classes).toFloat())
      let squares = 0
      for (const value of checked.features.data) squares += value * value
      // The cross-entropy's Hessian is at most ½XᵀX/N, whose largest eigenvalue is at most its trace.
      const rate = 1 / (0.5 * (squares / count + 1) + decay)

      let weights = tf.zeros([width + 1, checked.classes]) as tf.Tensor2D
      let ahead = weights.clone()
      let momentum = 1
      for (let step = 0; step < steps; step++) {
        const [next, turned] = tf.tidy(() => {
          const wrong = tf.sub(tf.softmax(tf.matMul(x, ahead)), targets) as tf.Tensor2D
          const gradient = tf.add(tf.div(tf.matMul(across, wrong), count), tf.mul(ahead, decay))
          const next = tf.sub(ahead, tf.mul(gradient, rate)) as tf.Tensor2D
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
      tf.dispose([x, across, targets, ahead])
      return fitted({
        evaluate: (queries) =>
          tf.softmax(tf.matMul(tf.concat([queries, tf.ones([queries.shape[0], 1])], 1), weights)) as tf.Tensor2D,
        width,
        perQuery: width,
        returns: 'scores',
        dispose: () => tf.dispose(weights),
      })
    },
  }
}
