import * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { squaredDistances } from '../../coding/distances.ts'
import { product } from '../../coding/product.ts'
import { toTensor } from '../../samples/matrix.ts'
import { matrix } from '../arrays.ts'
import { unitRows } from '../normalisation.ts'
import type { DecisionSizes, OpenDecision } from './decision.ts'

/** One point a class. Scores are −‖q − p_c‖², or the cosine between q and p_c. */
export const PrototypeDecision = z.strictObject({
  kind: z.literal('prototypes'),
  /** [C, r] */
  prototypes: matrix,
  measure: z.enum(['distance', 'cosine']),
})
export type PrototypeDecision = Readonly<z.infer<typeof PrototypeDecision>>

export const prototypeSizes = ({ prototypes }: PrototypeDecision): DecisionSizes => ({
  width: prototypes.shape[1],
  classes: prototypes.shape[0],
})

export function openPrototypes({ prototypes, measure }: PrototypeDecision): OpenDecision {
  const rows = measure === 'cosine' ? unitRows(toTensor(prototypes)) : toTensor(prototypes)
  return {
    tensors: [rows],
    perQuery: Math.max(...prototypes.shape),
    scores: (queries) =>
      measure === 'cosine'
        ? product(unitRows(queries), rows, { b: true })
        : (tf.neg(squaredDistances(queries, rows)) as tf.Tensor2D),
  }
}
