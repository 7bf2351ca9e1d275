import * as tf from '@tensorflow/tfjs'
import { count, positive } from '../model/arrays.ts'
import { type Matrix, toMatrix } from '../samples/matrix.ts'
import { withTensors } from '../samples/with-tensors.ts'
import { Adam } from './adam.ts'
import { mahalanobis } from './mahalanobis/mahalanobis.ts'
import { variableGradients } from './variable-gradients.ts'

/** The options of the metrics that are learned for neighbours. */
export const factorOptions = {
  rank: count.optional().describe('Rows r of L; the width of the features, at most 64, when absent'),
  steps: count.default(100).describe('Full-batch steps of Adam'),
  learningRate: positive.default(0.01).describe('Adam’s rate'),
}

/** L [r, d] from the principal directions, learned by Adam on a loss of L. */
export function learnFactor(
  features: Matrix,
  { rank, steps, learningRate }: { rank?: number; steps: number; learningRate: number },
  lossOf: (l: tf.Tensor2D) => tf.Scalar,
): Promise<Matrix> {
  return withTensors(async (own) => {
    const dim = features.shape[1]
    const start = { dim, rank: rank ?? Math.min(64, dim), form: 'low-rank', init: 'pca', features } as const
    const { variable } = own(await mahalanobis(start))
    const adam = own(new Adam([{ variable, learningRate }]))
    for (let step = 0; step < steps; step++) {
      tf.tidy(() => adam.step(variableGradients(() => lossOf(variable as unknown as tf.Tensor2D), [variable]).grads))
    }
    const factor = await toMatrix(variable as unknown as tf.Tensor2D)
    return { data: Float32Array.from(factor.data), shape: factor.shape }
  })
}
