import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from '../layer.ts'

/**
 * x times a learned factor for each channel (Touvron et al., "Going deeper with Image Transformers", ICCV 2021, eq. 3):
 * [B, H, W, C] to the same shape. `unit` is the whole name of the parameter.
 */
export function layerScale(unit: string, { initial }: { initial: number }): LayerPlan {
  return (scope, channels) => {
    const scale = scope.declare({ unit, role: 'value', layout: 'linear', shape: [channels], initial })
    return { channels, apply: (x) => tf.mul(x, scale.variable!) }
  }
}
