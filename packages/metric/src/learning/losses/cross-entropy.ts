import * as tf from '@tensorflow/tfjs'

export interface CrossEntropyOptions {
  /** [B] how much each row counts. Default 1 each. */
  weights?: tf.Tensor1D
  /**
   * Share of each target that is spread evenly over all classes (label smoothing: Szegedy et al., CVPR 2016, section 7).
   * Default 0.
   */
  smoothing?: number
}

/** The mean cross-entropy [] of softmax(logits [B, C]) at the labels [B]. */
export function crossEntropy(
  logits: tf.Tensor2D,
  labels: ArrayLike<number>,
  { weights, smoothing = 0 }: CrossEntropyOptions = {},
): tf.Scalar {
  const classes = logits.shape[1]
  const rest = smoothing / classes
  const own = tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), classes).toFloat()
  const target = tf.add(tf.mul(own, 1 - smoothing), rest)
  const each = tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), target), 1))
  return (weights ? tf.div(tf.sum(tf.mul(each, weights)), tf.sum(weights)) : tf.mean(each)) as tf.Scalar
}
