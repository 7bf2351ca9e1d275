import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from '../layer.ts'
import { batchNorm } from './batch-norm.ts'

/** Batch norm and ReLU with no convolution before them: [B, H, W, C] to the same shape. */
export function normActivation(unit: string): LayerPlan {
  return (scope, channels) => {
    const norm = batchNorm(scope, unit, 'convolution', channels)
    return {
      channels,
      apply(x, pass) {
        if (pass.liveNorm) return tf.relu(norm.live(x, pass))
        const { scale, shift } = norm.stored()
        return tf.relu(tf.add(tf.mul(x, scale), shift)) as tf.Tensor4D
      },
    }
  }
}
