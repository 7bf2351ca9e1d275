import * as tf from '@tensorflow/tfjs'

/** The rows of x [B, r] scaled to length 1; rows of zeros stay. Differentiable. */
export function unitRows(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), 1, true), 1e-12)))
}
