import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from '../layer.ts'
import { fusedConvolution } from './fused-convolution.ts'

export interface PatchOptions {
  /** Side of a patch in pixels. */
  side: number
  filters: number
  /** True where left out. */
  bias?: boolean
}

/**
 * Maps each patch of `side`×`side` to one position, no two overlapping: [B, H, W, C] to [B, ⌊H/side⌋, ⌊W/side⌋, filters]
 * (Dosovitskiy et al., ICLR 2021, eq. 1).
 */
export function patches(unit: string, { side, filters, bias = true }: PatchOptions): LayerPlan {
  return (scope, channels) => {
    const kernel = scope.declare({
      unit,
      role: 'kernel',
      layout: 'convolution',
      shape: [side, side, channels, filters],
    })
    const shift = bias ? scope.declare({ unit, role: 'bias', layout: 'convolution', shape: [filters] }) : undefined
    return {
      channels: filters,
      apply(x) {
        const filter = kernel.variable as tf.Tensor4D
        if (!shift) return tf.conv2d(x, filter, side, 'valid')
        return fusedConvolution(x, filter, shift.variable!, {
          depthwise: false,
          stride: side,
          pad: 'valid',
          activation: 'linear',
        })
      },
    }
  }
}
