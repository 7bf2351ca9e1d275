import * as tf from '@tensorflow/tfjs'
import { squaredDistances } from '../../coding/distances.ts'
import { product } from '../../coding/product.ts'
import { takeNumbers } from '../../samples/matrix.ts'

/** [N, k] the nearest samples of the same class in x [N, d]; samples of small classes repeat their nearest. */
export async function targetNeighbours(x: tf.Tensor2D, labels: Int32Array, k: number): Promise<Int32Array> {
  const data = await takeNumbers(tf.tidy(() => squaredDistances(x, x)))
  const n = labels.length
  const out = new Int32Array(n * k)
  for (let i = 0; i < n; i++) {
    const own = Array.from(labels.keys()).filter((j) => j !== i && labels[j] === labels[i])
    own.sort((a, b) => data[i * n + a] - data[i * n + b])
    for (let j = 0; j < k; j++) out[i * k + j] = own.length > 0 ? own[j % own.length] : i
  }
  return out
}

/**
 * The loss of large margin nearest neighbours for L [r, d] on x [N, d] with target neighbours [N, k], over N·k:
 * (1−μ)·Σ_ij d_ij + μ·Σ_ijl [y_l ≠ y_i]·max(0, 1 + d_ij − d_il), d the squared distances in the metric.
 * Source: Weinberger, Saul, "Distance metric learning for large margin nearest neighbor classification", JMLR 2009,
 * eq. 11–13.
 */
export function lmnnLoss(
  l: tf.Tensor2D,
  x: tf.Tensor2D,
  labels: Int32Array,
  targets: Int32Array,
  push: number,
): tf.Scalar {
  const n = labels.length
  const k = targets.length / n
  const mapped = product(x, l, { b: true })
  const distances = squaredDistances(mapped, mapped)
  const row = tf.tensor1d(labels, 'int32')
  const different = tf.notEqual(tf.expandDims(row, 1), tf.expandDims(row, 0)).toFloat()
  let sum: tf.Tensor = tf.scalar(0)
  for (let j = 0; j < k; j++) {
    const column = tf.tensor1d(
      Int32Array.from({ length: n }, (_, i) => targets[i * k + j]),
      'int32',
    )
    const toTarget = tf.sum(tf.mul(distances, tf.oneHot(column, n)), 1, true)
    const impostors = tf.mul(tf.relu(tf.sub(tf.add(toTarget, 1), distances)), different)
    sum = tf.add(sum, tf.add(tf.mul(tf.sum(toTarget), 1 - push), tf.mul(tf.sum(impostors), push)))
  }
  return tf.div(sum, n * k)
}
