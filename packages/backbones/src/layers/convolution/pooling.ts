import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from '../layer.ts'

/** The largest of each window of `side`×`side`, 2 where left out, at every second position: [B, H, W, C] to half its size. */
export function maxPool({ side = 2 }: { side?: number } = {}): LayerPlan {
  return (_scope, channels) => ({ channels, apply: (x) => tf.maxPool(x, side, 2, 'valid') })
}

/** The mean of each 2×2 window: [B, H, W, C] to [B, ⌊H/2⌋, ⌊W/2⌋, C]. */
export function halvingAverage(): LayerPlan {
  return (_scope, channels) => ({ channels, apply: (x) => tf.avgPool(x, 2, 2, 'valid') })
}

/** The mean of the 3×3 window around each position, where zeros beyond the edge count: [B, H, W, C] to the same shape. */
export function surroundingAverage(): LayerPlan {
  return (_scope, channels) => ({
    channels,
    apply: (x) => tf.avgPool(tf.pad4d(x, [[0, 0], [1, 1], [1, 1], [0, 0]]), 3, 1, 'valid'), // biome-ignore format: one line reads better
  })
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
