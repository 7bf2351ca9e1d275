import * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { toMatrix, toTensor } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'
import { floats, matrix } from '../arrays.ts'
import type { DecisionSizes, OpenDecision } from './decision.ts'

/** Scores f W + b. */
export const LinearDecision = z.strictObject({
  kind: z.literal('linear'),
  /** W [d, C] */
  weights: matrix,
  /** b [C] */
  bias: floats,
})
export type LinearDecision = Readonly<z.infer<typeof LinearDecision>>

export const linearSizes = ({ weights, bias }: LinearDecision): DecisionSizes => ({
  width: weights.shape[0],
  classes: bias.length,
  agree: [['weights', bias.length, weights.shape[1]]],
})

export function openLinear({ weights, bias }: LinearDecision): OpenDecision {
  const [w, b] = [toTensor(weights), tf.tensor1d(bias)]
  return {
    tensors: [w, b],
    perQuery: Math.max(...weights.shape),
    scores: (queries) => tf.add(tf.matMul(queries, w), b),
  }
}

/** The decision of weights [d, C] and bias [C] on the engine, which are freed. */
export function readLinear(parts: { weights: tf.Tensor2D; bias: tf.Tensor1D }): Promise<LinearDecision> {
  return withTensors(async (own) => {
    const { weights, bias } = own(parts)
    return { kind: 'linear', weights: await toMatrix(weights), bias: (await bias.data()) as Float32Array }
  })
}
