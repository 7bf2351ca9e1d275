import * as tf from '@tensorflow/tfjs'
import { product } from './product.ts'

/** ‖q − x‖² for queries [B, d] and rows [N, d]: [B, N], never below 0. */
export function squaredDistances(queries: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D {
  const ofQueries = tf.sum(tf.square(queries), 1, true)
  const ofRows = tf.expandDims(tf.sum(tf.square(rows), 1), 0)
  return tf.relu(tf.sub(tf.add(ofQueries, ofRows), tf.mul(product(queries, rows, { b: true }), 2))) as tf.Tensor2D
}

/** exp(−γ·distance), the Gaussian kernel of squared distances. */
export const gaussian = (distances: tf.Tensor2D, gamma: number): tf.Tensor2D => tf.exp(tf.mul(distances, -gamma))
