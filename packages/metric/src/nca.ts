import type { Matrix } from '@dml-crc/core/arrays'
import * as tf from '@tensorflow/tfjs'
import type { Classifier } from './classifier.ts'
import { mahalanobis } from './mahalanobis.ts'
import { checkCount, checkFeatures, checkLabelled, checkPositive, type Features, toTensor } from './matrix.ts'
import { knn, squaredDistances } from './nearest.ts'
import { product } from './product.ts'

export interface ShallowMetricOptions {
  /** Rows of L. Default the width of the features, at most 64. */
  rank?: number
  /** Full-batch Adam steps. Default 100. */
  steps?: number
  /** Adam's rate. Default 0.01. */
  learningRate?: number
  /** Neighbours that vote. Default 3. */
  k?: number
}

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

/** Learns L [r, d] from the principal directions by Adam on a loss of L. */
export async function learnFactor(
  features: Matrix,
  { rank = Math.min(64, features.shape[1]), steps = 100, learningRate = 0.01 }: ShallowMetricOptions,
  lossOf: (l: tf.Tensor2D) => tf.Scalar,
): Promise<tf.Tensor2D> {
  checkCount('steps', steps)
  checkPositive('learningRate', learningRate)
  const layer = await mahalanobis({ dim: features.shape[1], rank, form: 'low-rank', init: 'pca', features })
  const adam = tf.train.adam(learningRate)
  for (let step = 0; step < steps; step++) {
    adam.minimize(() => lossOf(layer.variable as unknown as tf.Tensor2D), false, [layer.variable])
  }
  adam.dispose()
  const l = layer.factor()
  layer.dispose()
  return l
}

/** kNN in a metric that `learn` finds; `learn` gives L [r, d]. */
export function knnInMetric(
  name: string,
  k: number,
  learn: (features: Matrix, labels: Int32Array) => Promise<tf.Tensor2D>,
): Classifier {
  const inner = knn({ k })
  return {
    name,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const l = await learn(checked.features, checked.labels)
      const map = async (rows: Features) => {
        const own = toTensor(await checkFeatures(rows, 'queries', l.shape[1]))
        const mapped = product(own, l, { b: true })
        const data = (await mapped.data()) as Float32Array
        tf.dispose([own, mapped])
        return { data, shape: [rows.shape[0], l.shape[0]] as const }
      }
      const fitted = await inner.fit(await map(checked.features), checked.labels)
      return {
        predict: async (queries) => fitted.predict(await map(queries)),
        dispose() {
          fitted.dispose()
          l.dispose()
        },
      }
    },
  }
}

/**
 * Neighbourhood components analysis: the metric that makes a sample's random neighbour most often one of its class,
 * then kNN in it. See `ncaObjective`.
 */
export function nca(options: ShallowMetricOptions = {}): Classifier {
  const { k = 3 } = options
  return knnInMetric(`NCA (k=${k})`, k, async (features, labels) => {
    const x = toTensor(features)
    const l = await learnFactor(features, options, (factor) => tf.neg(ncaObjective(factor, x, labels)))
    x.dispose()
    return l
  })
}
