import { InputError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { type Classifier, fitted } from './classifier.ts'
import { checkCount, checkLabelled, classCounts, toTensor } from './matrix.ts'
import { product } from './product.ts'

/** ‖q − x‖² for queries [B, d] and rows [N, d]: [B, N], never below 0. */
export function squaredDistances(queries: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D {
  const ofQueries = tf.sum(tf.square(queries), 1, true)
  const ofRows = tf.expandDims(tf.sum(tf.square(rows), 1), 0)
  return tf.relu(tf.sub(tf.add(ofQueries, ofRows), tf.mul(product(queries, rows, { b: true }), 2))) as tf.Tensor2D
}

/**
 * The k nearest training samples vote; among classes of equal votes the one with nearer samples wins. Scores are
 * the votes. Source: Cover, Hart, "Nearest neighbor pattern classification", IEEE Trans. Information Theory 1967.
 * @throws {InputError} when k is not a positive integer, or larger than the training set.
 */
export function knn({ k = 1 }: { k?: number } = {}): Classifier {
  checkCount('k', k)
  return {
    name: `kNN (k=${k})`,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const [count, width] = checked.features.shape
      if (k > count) {
        const remedy = 'Ask for fewer neighbours.'
        throw new InputError('k', { expected: `at most the ${count} training samples`, received: `${k}`, remedy })
      }
      const kept = tf.tidy(() => ({
        rows: toTensor(checked.features),
        labels: tf.tensor1d(checked.labels, 'int32'),
        // The j-th neighbour's vote is 1 + 2^−j, j ≥ 1: the additions never sum to a vote and break ties.
        votes: tf.tensor(
          Array.from({ length: k }, (_, j) => 1 + 2 ** -Math.min(j + 1, 20)),
          [1, k, 1],
        ),
      }))
      return fitted({
        evaluate: (queries) => {
          const { indices } = tf.topk(tf.neg(squaredDistances(queries, kept.rows)), k)
          const neighbours = tf.gather(kept.labels, indices.flatten() as tf.Tensor1D)
          const ballots = tf.reshape(tf.oneHot(neighbours, checked.classes).toFloat(), [-1, k, checked.classes])
          return tf.sum(tf.mul(ballots, kept.votes), 1)
        },
        width,
        perQuery: count + k * checked.classes,
        returns: 'scores',
        dispose: () => tf.dispose(kept),
      })
    },
  }
}

/** The means of each class of rows [N, d]: [C, d]. */
function classMeans(rows: tf.Tensor2D, labels: Int32Array, classes: number): tf.Tensor2D {
  return tf.tidy(() => {
    const members = tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat() as tf.Tensor2D
    const counts = tf.tensor2d(Float32Array.from(classCounts(labels, classes)), [classes, 1])
    return tf.div(product(members, rows, { a: true }), counts)
  })
}

/** Nearest class mean: the residual of a class is the squared distance to its mean. */
export function ncm(): Classifier {
  return {
    name: 'NCM',
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const means = tf.tidy(() => classMeans(toTensor(checked.features), checked.labels, checked.classes))
      return fitted({
        evaluate: (queries) => squaredDistances(queries, means),
        width: means.shape[1],
        perQuery: means.shape[1],
        returns: 'residuals',
        dispose: () => means.dispose(),
      })
    },
  }
}
