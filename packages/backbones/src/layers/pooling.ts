import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from './layer.ts'

/** The largest of each 2×2 window: [B, H, W, C] to [B, ⌊H/2⌋, ⌊W/2⌋, C]. */
export function maxPool(): LayerPlan {
  return (_scope, channels) => ({ channels, apply: (x) => tf.maxPool(x, 2, 2, 'valid') })
}
