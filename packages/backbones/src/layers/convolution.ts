import * as tf from '@tensorflow/tfjs'
import { type Activation, activate } from './activation.ts'
import { batchNorm } from './batch-norm.ts'
import { fusedConvolution } from './fused-convolution.ts'
import type { LayerPlan } from './layer.ts'

export interface ConvolutionOptions {
  /** Output channels; a depthwise convolution keeps those of its input. */
  filters?: number
  /** Side of the square kernel; 3 by default. */
  kernel?: number
  stride?: number
  /** One filter a channel. */
  depthwise?: boolean
  /** Batch norm after the convolution, which then has no bias of its own; a bias otherwise. */
  norm?: boolean
  activation?: Activation
}

/**
 * A convolution with its bias or batch norm and its activation: [B, H, W, C] to [B, ⌈H/stride⌉, ⌈W/stride⌉, filters].
 * With stored statistics the batch norm is folded into the kernel, which is exact, and saves a pass over the map.
 */
export function convolution(unit: string, options: ConvolutionOptions): LayerPlan {
  const { kernel = 3, stride = 1, depthwise = false, norm = false, activation = 'relu' } = options
  const layout = depthwise ? 'depthwise' : 'convolution'
  return (scope, channels) => {
    const filters = depthwise ? channels : options.filters!
    const shape = depthwise ? [kernel, kernel, channels, 1] : [kernel, kernel, channels, filters]
    const weights = scope.declare({ unit, role: 'kernel', layout, shape })
    const statistics = norm ? batchNorm(scope, unit, layout, filters) : undefined
    const bias = norm ? undefined : scope.declare({ unit, role: 'bias', layout, shape: [filters] })
    const convolve = depthwise ? tf.depthwiseConv2d<tf.Tensor4D> : tf.conv2d<tf.Tensor4D>
    // The two ways to pad differ only where a layer strides.
    const side = stride > 1 && scope.dialect.padding === 'symmetric' ? Math.floor(kernel / 2) : 0
    const pad = stride > 1 && scope.dialect.padding === 'symmetric' ? 'valid' : 'same'
    return {
      channels: filters,
      apply(x, pass) {
        const padded = side > 0 ? tf.pad4d(x, [[0, 0], [side, side], [side, side], [0, 0]]) : x // biome-ignore format: one line reads better
        let filter = weights.variable as tf.Tensor4D
        if (statistics && pass.liveNorm) {
          return activate(statistics.live(convolve(padded, filter, stride, pad), pass), activation)
        }
        let shift = bias?.variable as tf.Tensor
        if (statistics) {
          const stored = statistics.stored()
          filter = tf.mul(filter, depthwise ? tf.reshape(stored.scale, [channels, 1]) : stored.scale)
          shift = stored.shift
        }
        const inKernel = activation === 'relu' || activation === 'relu6' ? activation : 'linear'
        const y = fusedConvolution(padded, filter, shift, { depthwise, stride, pad, activation: inKernel })
        return inKernel === activation ? y : activate(y, activation)
      },
    }
  }
}
