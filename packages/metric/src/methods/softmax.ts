import { Prng } from '@dml-crc/core/prng'
import * as tf from '@tensorflow/tfjs'
import { product } from '../coding/product.ts'
import { defineMethod } from '../fitting/define-method.ts'
import { positive, count as whole } from '../model/arrays.ts'
import { readLinear } from '../model/decisions/linear.ts'
import { toTensor } from '../samples/matrix.ts'

/** How far above a power iteration's estimate the largest eigenvalue is taken to be. */
const MARGIN = 1.2

/**
 * Multinomial logistic regression with an intercept, which does not decay, by accelerated gradient steps from zero. The
 * objective is convex, and the steps are the inverse of a bound of its curvature, so there is no rate to choose and no
 * randomness: the features are centred, which parts weights and intercepts in the bound and leaves the weights the
 * curvature of the covariance, far below that of the features as they are.
 * Source of the bound: Böhning, Annals of the Institute of Statistical Mathematics 44, 1992; of the steps: Beck, Teboulle,
 * SIAM J. Imaging Sciences 2009 (FISTA), with the restart of O'Donoghue, Candès 2015.
 */
export const softmax = defineMethod({
  name: 'softmax',
  label: 'softmax',
  paper:
    'Böhning, "Multinomial logistic regression algorithm", Annals of the Institute of Statistical Mathematics 1992',
  options: {
    weightDecay: positive.default(1e-4).describe('Weight of ½‖W‖² beside the mean cross-entropy'),
    steps: whole.default(300).describe('Gradient steps'),
  },
  grid: { weightDecay: [1e-5, 1e-4, 1e-3, 1e-2] },
  async fit({ features, labels, classes }, { weightDecay: decay, steps }) {
    const [count, width] = features.shape
    const { x, across, mean, targets, rates, decays } = tf.tidy(() => {
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
        targets: tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat(),
        // The cross-entropy's Hessian is at most ½XᵀX/N.
        rates: column(rate, 2),
        decays: column(decay, 0),
      }
    })

    let weights = tf.zeros([width + 1, classes]) as tf.Tensor2D
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
    const parts = tf.tidy(() => {
      const kernel = tf.slice(weights, [0, 0], [width, classes])
      const intercept = tf.slice(weights, [width, 0], [1, classes])
      return { weights: kernel, bias: tf.squeeze(tf.sub(intercept, product(mean, kernel)), [0]) as tf.Tensor1D }
    })
    tf.dispose([x, across, mean, targets, rates, decays, ahead, weights])
    return { decision: await readLinear(parts) }
  },
})

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
