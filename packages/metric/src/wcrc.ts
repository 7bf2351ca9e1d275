import type { Matrix } from '@dml-crc/core/arrays'
import type { Classifier, FittedClassifier } from './classifier.ts'
import { type CrcOptions, crc } from './crc.ts'
import { checkFeatures, checkLabelled, checkPositive, type Features } from './matrix.ts'

/** The features [N, d], each column times its weight. */
function weighted({ data, shape }: Matrix, weights: Float32Array): Matrix {
  return { data: data.map((value, i) => value * weights[i % shape[1]]), shape }
}

/** 1/√(variance + ε) of each column, scaled so that the mean of the squares, tr M / d, is 1. */
function weightsOf({ data, shape: [rows, width] }: Matrix): Float32Array {
  const sums = new Float64Array(width)
  const squares = new Float64Array(width)
  data.forEach((value, i) => {
    sums[i % width] += value
    squares[i % width] += value * value
  })
  const variances = squares.map((square, j) => Math.max(0, square / rows - (sums[j] / rows) ** 2))
  const mean = variances.reduce((a, b) => a + b, 0) / width
  const precisions = variances.map((variance) => 1 / (variance + 0.01 * mean + Number.MIN_VALUE))
  const scale = width / precisions.reduce((a, b) => a + b, 0)
  return Float32Array.from(precisions, (precision) => Math.sqrt(precision * scale))
}

/**
 * Weighted CRC: CRC in a diagonal metric that counts features by the inverse of their variance. A hundredth of the
 * mean variance is added to each, so that a constant feature does not decide alone.
 * Source: Timofte, Van Gool, "Adaptive and weighted collaborative representations", Pattern Recognition Letters 2014.
 * @throws {InputError} when λ is not above 0.
 */
export function wcrc({ lambda = 0.3, rule = 'plain' }: CrcOptions = {}): Classifier {
  checkPositive('lambda', lambda)
  return {
    name: `WCRC (${rule}, λ=${lambda})`,
    async fit(features: Features, labels: ArrayLike<number>): Promise<FittedClassifier> {
      const checked = await checkLabelled(features, labels)
      const weights = weightsOf(checked.features)
      const inner = await crc({ lambda, rule }).fit(weighted(checked.features, weights), checked.labels)
      return {
        predict: async (queries) =>
          inner.predict(weighted(await checkFeatures(queries, 'queries', checked.features.shape[1]), weights)),
        dispose: () => inner.dispose(),
      }
    },
  }
}
