import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from './layer.ts'

/** The outputs of all `plans` for the same input, one after the other along the channels. */
export function branches(...plans: LayerPlan[]): LayerPlan {
  return (scope, channels) => {
    const layers = plans.map((plan) => plan(scope, channels))
    return {
      channels: layers.reduce((sum, layer) => sum + layer.channels, 0),
      apply: (x, pass) =>
        tf.concat(
          layers.map((layer) => layer.apply(x, pass)),
          3,
        ),
    }
  }
}

/** The input and after it the output of `plan`, along the channels. */
export const appended = (plan: LayerPlan): LayerPlan =>
  branches((_scope, channels) => ({ channels, apply: (x) => x }), plan)
