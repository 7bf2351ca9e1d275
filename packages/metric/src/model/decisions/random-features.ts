import * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { product } from '../../coding/product.ts'
import { toTensor } from '../../samples/matrix.ts'
import { matrix } from '../arrays.ts'
import type { DecisionSizes, OpenDecision } from './decision.ts'

/** Scores relu(qP)W of random features. */
export const RandomFeaturesDecision = z.strictObject({
  kind: z.literal('randomFeatures'),
  /** P [r, M] */
  projection: matrix,
  /** W [M, C] */
  weights: matrix,
})
export type RandomFeaturesDecision = Readonly<z.infer<typeof RandomFeaturesDecision>>

export const randomFeaturesSizes = ({ projection, weights }: RandomFeaturesDecision): DecisionSizes => ({
  width: projection.shape[0],
  classes: weights.shape[1],
  agree: [['projection', weights.shape[0], projection.shape[1]]],
})

export function openRandomFeatures({ projection, weights }: RandomFeaturesDecision): OpenDecision {
  const [p, w] = [toTensor(projection), toTensor(weights)]
  return {
    tensors: [p, w],
    perQuery: Math.max(...weights.shape),
    scores: (queries) => product(tf.relu(product(queries, p)), w),
  }
}
