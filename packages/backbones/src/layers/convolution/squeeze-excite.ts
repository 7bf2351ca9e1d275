import * as tf from '@tensorflow/tfjs'
import { chain, type LayerPlan } from '../layer.ts'
import { convolution } from './convolution.ts'

/**
 * Weighs the channels by a gate computed from their means: [B, H, W, C] to the same shape
 * (Hu, Shen, Sun, "Squeeze-and-Excitation Networks", CVPR 2018, eq. 2 to 4). Units `unit_se_reduce` and `unit_se_expand`.
 */
export function squeezeExcite(unit: string, { squeezed }: { squeezed: number }): LayerPlan {
  return (scope, channels) => {
    const gate = chain(
      convolution(`${unit}_se_reduce`, { filters: squeezed, kernel: 1, activation: 'swish' }),
      convolution(`${unit}_se_expand`, { filters: channels, kernel: 1, activation: 'sigmoid' }),
    )(scope, channels)
    return {
      channels,
      apply: (x, pass) => tf.mul(x, gate.apply(tf.mean(x, [1, 2], true), pass)),
    }
  }
}
