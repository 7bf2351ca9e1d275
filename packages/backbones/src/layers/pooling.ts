import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from './layer.ts'

/** The largest of each 2×2 window: [B, H, W, C] to [B, ⌊H/2⌋, ⌊W/2⌋, C]. */
export function maxPool(): LayerPlan {
  return (_scope, channels) => ({ channels, apply: (x) => tf.maxPool(x, 2, 2, 'valid') })
}

/** The largest of each 3×3 window around every second position of a map that is nowhere negative: [B, ⌈H/2⌉, ⌈W/2⌉, C]. */
export function overlappingMaxPool(): LayerPlan {
  return ({ dialect }, channels) => ({
    channels,
    apply(x) {
      if (dialect.padding === 'same') return tf.maxPool(x, 3, 2, 'same')
      // Zeros pad as minus infinity would, for after a ReLU nothing is smaller.
      return tf.maxPool(tf.pad4d(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 2, 'valid') // biome-ignore format: one line reads better
    },
  })
}

/** The mean over space: [B, H, W, C] to [B, 1, 1, C]. */
export function globalAverage(): LayerPlan {
  return (_scope, channels) => ({ channels, apply: (x) => tf.mean(x, [1, 2], true) })
}
