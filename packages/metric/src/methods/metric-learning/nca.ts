import * as tf from '@tensorflow/tfjs'
import { defineMethod, type Fitted } from '../../fitting/define-method.ts'
import type { Samples } from '../../fitting/normalised-samples.ts'
import { factorOptions, learnFactor } from '../../learning/learn-factor.ts'
import { ncaObjective } from '../../learning/losses/nca-objective.ts'
import { count } from '../../model/arrays.ts'
import type { NeighbourDecision } from '../../model/decisions/neighbours.ts'
import { mapped } from '../../model/open-embedding.ts'
import { type Matrix, toTensor } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'
import { checkNeighbours } from '../nearest/knn.ts'

/** The metric that makes a sample's random neighbour most often one of its class, then kNN in it. */
export const nca = defineMethod({
  name: 'nca',
  label: 'NCA',
  paper: 'Goldberger, Roweis, Hinton, Salakhutdinov, "Neighbourhood components analysis", NIPS 2004',
  options: { ...factorOptions, k: count.default(3).describe('Neighbours that vote') },
  grid: { k: [1, 3, 5] },
  fit: (samples, { k, ...options }) =>
    withTensors(async (own) => {
      checkNeighbours(k, samples.labels.length)
      const x = own(toTensor(samples.features))
      const loss = (factor: tf.Tensor2D) => tf.neg(ncaObjective(factor, x, samples.labels)) as tf.Scalar
      return neighboursIn(await learnFactor(samples.features, options, loss), samples, k)
    }),
})

/** The k nearest neighbours in the metric of L [r, d]. */
export async function neighboursIn(
  factor: Matrix,
  { features, labels }: Samples,
  k: number,
): Promise<Fitted<NeighbourDecision>> {
  const embedding = { factor, unitLength: false }
  return { embedding, decision: { kind: 'neighbours', samples: await mapped(features, embedding), labels, k } }
}
