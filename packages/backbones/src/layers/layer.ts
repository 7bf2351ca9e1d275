import type { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { z } from 'zod'
import type { Parameter } from './parameter.ts'

/**
 * Two families of frameworks compute the same named network differently, and weights trained in one are wrong in the
 * other: how a strided layer pads, the ε of batch norm, the rate at which it tracks the moving statistics, and which layer strides.
 */
export const Dialect = z.strictObject({
  /** `same`: TensorFlow's, which pads right and bottom first. `symmetric`: PyTorch's, ⌊k/2⌋ on every side. */
  padding: z.enum(['same', 'symmetric']),
  /** Added to the variance by batch norm. */
  epsilon: z.number().min(0),
  /** Share of the new batch in the moving statistics. */
  momentum: z.number().min(0).max(1),
  /** The 1×1 convolution of a ResNet's bottleneck strides, as in the paper; the 3×3 one where left out. */
  bottleneckStride: z.literal('first').optional(),
})
export type Dialect = z.infer<typeof Dialect>

/** What one run of a network through its layers needs to know. */
export interface Pass {
  /** Batch norm by the statistics of the batch, which also move the stored ones. */
  liveNorm: boolean
  /** Share of the numbers that {@link dense} layers drop; 0 outside training. */
  dropout: number
  /** Where the dropout takes its randomness. */
  prng: Prng
  /** Whether a live batch norm moves its stored statistics; not when a block is recomputed for its gradient. */
  moveStatistics: boolean
}

/** A built layer: images or maps [B, H, W, channels of its input] to [B, H′, W′, channels]. */
export interface Layer {
  readonly channels: number
  apply(x: tf.Tensor4D, pass: Pass): tf.Tensor4D
}

/** What a layer is built in. */
export interface Scope {
  readonly dialect: Dialect
  /** Declares a variable of the network. */
  declare(spec: Omit<Parameter, 'variable' | 'block'>): Parameter
}

/** A layer that is built for an input of a given number of channels. */
export type LayerPlan = (scope: Scope, channels: number) => Layer

/** The given layers, one after the other. What a layer makes on its way is freed before the next one runs, unless a gradient needs it. */
export function chain(...plans: LayerPlan[]): LayerPlan {
  return (scope, channels) => {
    const layers: Layer[] = []
    for (const plan of plans) layers.push(plan(scope, layers.at(-1)?.channels ?? channels))
    return {
      channels: layers.at(-1)?.channels ?? channels,
      apply: (x, pass) => layers.reduce((y, layer) => tf.tidy(() => layer.apply(y, pass)), x),
    }
  }
}
