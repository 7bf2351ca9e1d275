import { InputError } from '@dml-crc/core/errors'
import type { Prng } from '@dml-crc/core/prng'
import { cholesky, triangularSolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { product } from '../../coding/product.ts'
import { checkLabels } from '../../samples/checks.ts'
import { type Matrix, toTensor } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'
import type { MetricInit } from './mahalanobis.ts'
import { principalDirections } from './principal-directions.ts'

interface Seen {
  features?: Matrix
  labels?: ArrayLike<number>
  prng?: Prng
}

/** Share of the mean variance that `within` adds to every variance, so that none that few samples show counts much. */
const SHRINKAGE = 2

/** The first L [rank, dim] of a metric. */
export async function initialFactor(init: MetricInit, rank: number, dim: number, seen: Seen): Promise<tf.Tensor2D> {
  if (init === 'identity') return tf.eye(rank, dim)
  if (init === 'random') {
    const prng = required('prng', seen.prng, init, 'Pass prng: Prng.fromSeed(…).')
    const values = prng.normals(rank * dim).map((value) => value / Math.sqrt(dim))
    return tf.tensor2d(values, [rank, dim])
  }
  const features = required('features', seen.features, init, 'Pass the features to fit on.')
  if (features.shape[1] !== dim) {
    const remedy = 'Give dim the width of the features.'
    throw new InputError('features', { expected: `rows of ${dim} numbers`, received: `${features.shape[1]}`, remedy })
  }
  return withTensors(async (own) => {
    const x = own(toTensor(features))
    if (init === 'within') {
      const labels = checkLabels(required('labels', seen.labels, init, 'Pass their classes.'), features.shape[0])
      return await withinFactor(x, labels, rank)
    }
    const { values, rows } = await principalDirections(x, rank)
    if (init === 'pca') return rows
    const floor = values[0] * 1e-6
    const scales = Array.from(values, (value) => [1 / Math.sqrt(Math.max(value, floor))])
    return tf.tidy(() => tf.mul(own(rows), tf.tensor2d(scales)) as tf.Tensor2D)
  })
}

function required<T>(what: string, value: T | undefined, init: MetricInit, remedy: string): T {
  if (value !== undefined) return value
  throw new InputError(what, { expected: `${what} for init ${init}`, received: 'none', remedy })
}

/**
 * V C⁻¹ with S + s·tr(S)/d·I = CCᵀ of the scatter S within classes, and V the principal directions of the mapped
 * features X C⁻ᵀ; scaled so that the mean energy of the features stays what it was.
 */
function withinFactor(x: tf.Tensor2D, labels: Int32Array, rank: number): Promise<tf.Tensor2D> {
  return withTensors(async (own) => {
    const { factor, mapped } = own(whitenedWithin(x, labels))
    const { rows } = await principalDirections(mapped, rank)
    own(rows)
    return tf.tidy(() => {
      const l = tf.transpose(triangularSolve(factor, tf.transpose(rows), { transpose: true })) as tf.Tensor2D
      const energies = [x, product(x, l, { b: true })].map((z) => tf.sum(tf.square(z)))
      return tf.mul(l, tf.sqrt(tf.div(energies[0], energies[1]))) as tf.Tensor2D
    })
  })
}

/** C [d, d] and X C⁻ᵀ [N, d]. */
function whitenedWithin(x: tf.Tensor2D, labels: Int32Array): { factor: tf.Tensor2D; mapped: tf.Tensor2D } {
  const [count, dim] = x.shape
  return tf.tidy(() => {
    const member = tf.oneHot(tf.tensor1d(labels, 'int32'), Math.max(...labels) + 1).toFloat() as tf.Tensor2D
    const sizes = tf.expandDims(tf.maximum(tf.sum(member, 0), 1), 1)
    const means = tf.div(product(member, x, { a: true }), sizes) as tf.Tensor2D
    const rest = tf.sub(x, product(member, means)) as tf.Tensor2D
    const scatter = tf.div(product(rest, rest, { a: true }), count) as tf.Tensor2D
    const ridge = tf.mul(tf.eye(dim), tf.add(tf.mul(tf.sum(tf.square(rest)), SHRINKAGE / count / dim), 1e-12))
    const factor = cholesky(tf.add(scatter, ridge)) as tf.Tensor2D
    return { factor, mapped: tf.transpose(triangularSolve(factor, tf.transpose(x))) as tf.Tensor2D }
  })
}
