import type { Matrix } from '@dml-crc/core/arrays'
import * as tf from '@tensorflow/tfjs'
import type { Rule } from './class-residuals.ts'
import type { Mahalanobis } from './mahalanobis.ts'
import { checkFeatures, type Features, toTensor } from './matrix.ts'

/** A metric learned for a set of features. */
export interface FittedMetric {
  readonly layer: Mahalanobis
  readonly lambda: number
  readonly temperature: number
  readonly rule: Rule
  /** The loss of each step, before it. */
  readonly losses: readonly number[]
  /** The features that queries are coded over, one row an image, not mapped. */
  readonly dictionary: Matrix
  readonly labels: Int32Array
  /** x Lᵀ of features on the host: an embedding for retrieval, or for any other classifier. */
  embed(features: Features): Promise<Matrix>
  dispose(): void
}

/** The `embed` of a fitted metric. */
export function embedder(layer: Mahalanobis): FittedMetric['embed'] {
  return async (features) => {
    const matrix = await checkFeatures(features, 'features', layer.dim)
    const mapped = tf.tidy(() => layer.apply(toTensor(matrix)))
    const data = (await mapped.data()) as Float32Array
    const { shape } = mapped
    mapped.dispose()
    return { data, shape }
  }
}
