import type * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { gaussian, squaredDistances } from '../../coding/distances.ts'
import { product } from '../../coding/product.ts'
import { toTensor } from '../../samples/matrix.ts'
import { matrix, positive } from '../arrays.ts'
import type { DecisionSizes, OpenDecision } from './decision.ts'

/** Scores k(q)ᵀA with the Gaussian kernel exp(−γ‖q − x_i‖²). */
export const KernelDecision = z.strictObject({
  kind: z.literal('kernel'),
  /** [N, r] */
  samples: matrix,
  /** A [N, C] */
  coefficients: matrix,
  gamma: positive,
})
export type KernelDecision = Readonly<z.infer<typeof KernelDecision>>

export const kernelSizes = ({ samples, coefficients }: KernelDecision): DecisionSizes => ({
  width: samples.shape[1],
  classes: coefficients.shape[1],
  agree: [['coefficients', samples.shape[0], coefficients.shape[0]]],
})

export function openKernel({ samples, coefficients, gamma }: KernelDecision): OpenDecision {
  const [x, a] = [toTensor(samples), toTensor(coefficients)]
  return {
    tensors: [x, a],
    perQuery: samples.shape[0],
    scores: (queries: tf.Tensor2D) => product(gaussian(squaredDistances(queries, x), gamma), a),
  }
}
