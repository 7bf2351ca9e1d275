import { InputError } from '@dml-crc/core'
import type { Features, FittedClassifier } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'

/** A [N, d] tensor of the features; the caller disposes of it. */
export function asTensor(features: Features): tf.Tensor2D {
  if (features instanceof tf.Tensor) return features.clone()
  return tf.tensor2d(features.data, [...features.shape] as [number, number])
}

/** @throws {InputError} when the queries are not `dim` wide. */
export function checkWidth(queries: Features, dim: number): void {
  if (queries.shape[1] === dim) return
  const remedy = 'Use features of the backbone that the classifier was trained with.'
  throw new InputError('queries', { expected: `rows of ${dim} numbers`, received: `${queries.shape[1]}`, remedy })
}

/** A classifier whose scores [N, C] are a function of features [N, dim], such as the head of a network. */
export function linearClassifier(dim: number, logits: (features: tf.Tensor2D) => tf.Tensor2D): FittedClassifier {
  return {
    async predict(queries) {
      checkWidth(queries, dim)
      const [scores, best] = tf.tidy(() => {
        const scores = logits(asTensor(queries))
        return [scores, tf.argMax(scores, 1)]
      })
      const shape = scores.shape as [number, number]
      const prediction = {
        labels: (await best.data()) as Int32Array,
        scores: { data: (await scores.data()) as Float32Array, shape },
      }
      tf.dispose([scores, best])
      return prediction
    },
    dispose() {},
  }
}
