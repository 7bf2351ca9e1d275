import * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { squaredDistances } from '../../coding/distances.ts'
import { classCounts } from '../../samples/checks.ts'
import { toTensor } from '../../samples/matrix.ts'
import { count, labels, matrix } from '../arrays.ts'
import type { DecisionSizes, OpenDecision } from './decision.ts'

/** The k nearest samples vote; among classes of equal votes the one with nearer samples wins. Scores are the votes. */
export const NeighbourDecision = z.strictObject({
  kind: z.literal('neighbours'),
  /** [N, r] the embedded samples. */
  samples: matrix,
  /** [N] */
  labels,
  k: count,
})
export type NeighbourDecision = Readonly<z.infer<typeof NeighbourDecision>>

export const neighbourSizes = ({ samples, labels, k }: NeighbourDecision): DecisionSizes => ({
  width: samples.shape[1],
  classes: classCounts(labels).length,
  agree: [
    ['labels', samples.shape[0], labels.length],
    ['k', Math.min(k, labels.length), k],
  ],
})

export function openNeighbours({ samples, labels, k }: NeighbourDecision): OpenDecision {
  const classes = classCounts(labels).length
  const rows = toTensor(samples)
  const own = tf.tensor1d(labels, 'int32')
  // The j-th neighbour's vote is 1 + 2^−j, j ≥ 1: the additions never sum to a vote and break ties.
  const votes = tf.tensor(
    Array.from({ length: k }, (_, j) => 1 + 2 ** -Math.min(j + 1, 20)),
    [1, k, 1],
  )
  return {
    tensors: [rows, own, votes],
    perQuery: labels.length + k * classes,
    scores(queries) {
      const { indices } = tf.topk(tf.neg(squaredDistances(queries, rows)), k)
      const neighbours = tf.gather(own, indices.flatten() as tf.Tensor1D)
      const ballots = tf.reshape(tf.oneHot(neighbours, classes).toFloat(), [-1, k, classes])
      return tf.sum(tf.mul(ballots, votes), 1)
    },
  }
}
