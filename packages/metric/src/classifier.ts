import type { Matrix } from '@dml-crc/core/arrays'
import * as tf from '@tensorflow/tfjs'
import type { Choices } from './heads/choose-on-grid.ts'
import { checkFeatures, type Features, toTensor } from './matrix.ts'

/** What a classifier says about queries. */
export interface Prediction {
  /** [B] the class of the highest score. */
  readonly labels: Int32Array
  /** [B, C] larger is likelier; of one row comparable with one another. */
  readonly scores: Matrix
  /** [B, C] what is left of a query after its part of the class, for classifiers that decide by it. */
  readonly residuals?: Matrix
}

/** A way to classify, with its options; every classifier of this package is one. */
export interface Classifier {
  /** Its name with the options that decide the result, for tables. */
  readonly name: string
  /**
   * @param features [N, d] finite numbers
   * @param labels [N] classes 0 … C−1, each with a sample
   * @throws {InputError} for features or labels of another form.
   */
  fit(features: Features, labels: ArrayLike<number>): Promise<FittedClassifier>
}

export interface FittedClassifier {
  /** What the fit chose for itself of the options that were not given, by name. */
  readonly chosen?: Choices
  /**
   * @param queries [B, d] of the same kind as those fitted on
   * @throws {InputError} for queries of another width or with numbers that are not finite.
   */
  predict(queries: Features): Promise<Prediction>
  /** Frees the tensors. */
  dispose(): void
}

/** Numbers that the largest tensor of one batch of queries may hold. */
const BATCH_NUMBERS = 2 ** 23

interface Evaluation {
  /** [B, C] of a batch of queries [B, d]; called inside tf.tidy. */
  evaluate: (queries: tf.Tensor2D) => tf.Tensor2D
  /** Width of the queries, d. */
  width: number
  /** Numbers that one query takes in the largest tensor, by which the batch is chosen. */
  perQuery: number
  /** What `evaluate` returns: scores, or residuals of which the least wins. */
  returns: 'scores' | 'residuals'
  dispose: () => void
}

/** A fitted classifier from a function of one batch. */
export function fitted({ evaluate, width, perQuery, returns, dispose }: Evaluation): FittedClassifier {
  const batch = Math.max(1, Math.min(4096, Math.floor(BATCH_NUMBERS / perQuery)))
  return {
    async predict(queries) {
      const matrix = await checkFeatures(queries, 'queries', width)
      const [count] = matrix.shape
      let values = new Float32Array(0)
      for (let begin = 0; begin < count; begin += batch) {
        const end = Math.min(begin + batch, count)
        const rows: Matrix = { data: matrix.data.subarray(begin * width, end * width), shape: [end - begin, width] }
        const result = tf.tidy(() => evaluate(toTensor(rows)))
        const part = await result.data()
        result.dispose()
        if (begin === 0) values = new Float32Array((count * part.length) / (end - begin))
        values.set(part, (begin * part.length) / (end - begin))
      }
      const all: Matrix = { data: values, shape: [count, values.length / count] }
      if (returns === 'scores') return { labels: largest(all), scores: all }
      const scores: Matrix = { data: values.map((value) => -value), shape: all.shape }
      return { labels: largest(scores), scores, residuals: all }
    },
    dispose,
  }
}

/** The column of the largest number in each row; the first of equals. */
export function largest({ data, shape: [rows, width] }: Matrix): Int32Array {
  const out = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    let best = i * width
    for (let j = best + 1; j < (i + 1) * width; j++) if (data[j] > data[best]) best = j
    out[i] = best - i * width
  }
  return out
}
