import * as tf from '@tensorflow/tfjs'

/** Labels 0 … C−1 as rows [N, C] with a 1 in the column of the class. */
export function oneHot(labels: Int32Array, classes: number): tf.Tensor2D {
  return tf.tidy(() => tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat() as tf.Tensor2D)
}
