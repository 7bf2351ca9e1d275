import * as tf from '@tensorflow/tfjs'
import { unitRows } from './unit-rows.ts'

export interface TripletOptions {
  /** How much farther a sample of another class must be than one of the own class. Default 0.2. */
  margin?: number
}

/** Added to squared distances before the root, whose derivative has no bound at zero. */
const TINY = 1e-8

/**
 * The triplet loss with the hardest pairs of a batch: mean over the samples of max(0, d⁺ − d⁻ + margin), d⁺ the distance to
 * the farthest sample of the own class and d⁻ to the nearest of another, between embeddings of length 1. Samples without
 * the one or the other in the batch do not count; a batch without any loses 0.
 * Source: Hermans, Beyer, Leibe, "In defense of the triplet loss for person re-identification", arXiv 1703.07737.
 * @param embeddings [B, r]
 * @param labels [B]
 */
export function tripletLoss(
  embeddings: tf.Tensor2D,
  labels: Int32Array,
  { margin = 0.2 }: TripletOptions = {},
): tf.Scalar {
  return tf.tidy(() => {
    const x = unitRows(embeddings)
    const squared = tf.relu(tf.sub(2, tf.mul(2, tf.matMul(x, x, false, true))))
    const distance = tf.sqrt(tf.add(squared, TINY))
    const of = tf.tensor1d(labels, 'int32')
    const isSame = tf.equal(of.expandDims(0), of.expandDims(1)).toFloat()
    const isOther = tf.sub(1, isSame)
    const isPositive = tf.sub(isSame, tf.eye(labels.length))
    // Distances are at most 2: adding or taking 4 leaves a pair out.
    const farthest = tf.max(tf.sub(distance, tf.mul(4, tf.sub(1, isPositive))), 1)
    const nearest = tf.min(tf.add(distance, tf.mul(4, isSame)), 1)
    const counts = tf.minimum(tf.max(isPositive, 1), tf.max(isOther, 1))
    const losses = tf.mul(tf.relu(tf.add(tf.sub(farthest, nearest), margin)), counts)
    return tf.div(tf.sum(losses), tf.maximum(tf.sum(counts), 1)).asScalar()
  })
}
