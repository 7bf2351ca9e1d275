import * as tf from '@tensorflow/tfjs'
import { squaredDistances } from '../../coding/distances.ts'
import { product } from '../../coding/product.ts'

/**
 * The expected leave-one-out accuracy [] of stochastic neighbours in the metric L [r, d] on x [N, d]: sample i takes j as
 * its neighbour with p_ij ∝ exp(−‖Lx_i − Lx_j‖²), and the result is the mean of Σ_{j of i's class} p_ij.
 * Source: Goldberger, Roweis, Hinton, Salakhutdinov, "Neighbourhood components analysis", NIPS 2004, eq. 1–3.
 */
export function ncaObjective(l: tf.Tensor2D, x: tf.Tensor2D, labels: Int32Array): tf.Scalar {
  const mapped = product(x, l, { b: true })
  const others = tf.mul(tf.eye(labels.length), 1e9)
  const p = tf.softmax(tf.neg(tf.add(squaredDistances(mapped, mapped), others)))
  const row = tf.tensor1d(labels, 'int32')
  const same = tf.equal(tf.expandDims(row, 1), tf.expandDims(row, 0)).toFloat()
  return tf.div(tf.sum(tf.mul(p, same)), labels.length)
}
