import * as tf from '@tensorflow/tfjs'
import { count, positive } from '../model/arrays.ts'
import { type Matrix, toMatrix } from '../samples/matrix.ts'
import { Adam } from './adam.ts'
import { mahalanobis } from './mahalanobis.ts'

/** The options of the metrics that are learned for neighbours. */
export const factorOptions = {
  rank: count.optional().describe('Rows r of L; the width of the features, at most 64, when absent'),
  steps: count.default(100).describe('Full-batch steps of Adam'),
  learningRate: positive.default(0.01).describe('Adam’s rate'),
}

/** L [r, d] from the principal directions, learned by Adam on a loss of L. */
export async function learnFactor(
  features: Matrix,
  { rank, steps, learningRate }: { rank?: number; steps: number; learningRate: number },
  lossOf: (l: tf.Tensor2D) => tf.Scalar,
): Promise<Matrix> {
  const dim = features.shape[1]
  const layer = await mahalanobis({ dim, rank: rank ?? Math.min(64, dim), form: 'low-rank', init: 'pca', features })
  const { variable } = layer
  const adam = new Adam([{ variable, learningRate }])
  for (let step = 0; step < steps; step++) {
    tf.tidy(() => adam.step(tf.variableGrads(() => lossOf(variable as unknown as tf.Tensor2D), [variable]).grads))
  }
  adam.dispose()
  const factor = await toMatrix(variable as unknown as tf.Tensor2D)
  layer.dispose()
  return { data: Float32Array.from(factor.data), shape: factor.shape }
}
