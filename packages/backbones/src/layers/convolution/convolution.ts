import * as tf from '@tensorflow/tfjs'
import { type Activation, activate } from '../activation.ts'
import type { LayerPlan } from '../layer.ts'
import { batchNorm } from '../norm/batch-norm.ts'
import { fusedConvolution } from './fused-convolution.ts'

export interface ConvolutionOptions {
  /** Output channels; a depthwise convolution keeps those of its input. */
  filters?: number
  /** Side of the square kernel, or height and width; 3 by default. */
  kernel?: number | readonly [height: number, width: number]
  stride?: number
  /** No rim of zeros around the map, which becomes smaller by the kernel. */
  unpadded?: boolean
  /** One filter per channel. */
  depthwise?: boolean
  /** Batch norm after the convolution, which then has no bias of its own. */
  norm?: boolean
  /** Where there is no batch norm; true where left out. */
  bias?: boolean
  activation?: Activation
}

/**
 * A convolution with its bias or batch norm and its activation: [B, H, W, C] to
 * [B, ⌈H/stride⌉, ⌈W/stride⌉, filters] where it is padded.
 * With stored statistics the batch norm is folded into the kernel, which is exact, and saves a pass over the map.
 */
export function convolution(unit: string, options: ConvolutionOptions): LayerPlan {
  const { kernel = 3, stride = 1, unpadded = false, depthwise = false, norm = false, activation = 'relu' } = options
  const [height, width] = typeof kernel === 'number' ? [kernel, kernel] : kernel
  const layout = depthwise ? 'depthwise' : 'convolution'
  return (scope, channels) => {
    const filters = depthwise ? channels : options.filters!
    const shape = depthwise ? [height, width, channels, 1] : [height, width, channels, filters]
    const weights = scope.declare({ unit, role: 'kernel', layout, shape })
    const statistics = norm ? batchNorm(scope, unit, layout, filters) : undefined
    const bias =
      norm || options.bias === false ? undefined : scope.declare({ unit, role: 'bias', layout, shape: [filters] })
    const convolve = depthwise ? tf.depthwiseConv2d<tf.Tensor4D> : tf.conv2d<tf.Tensor4D>
    // The two ways to pad differ only where a layer strides.
    const symmetric = !unpadded && stride > 1 && scope.dialect.padding === 'symmetric'
    const pad = symmetric || unpadded ? 'valid' : 'same'
    const rims = [height, width].map((side) => [Math.floor(side / 2), Math.floor(side / 2)])
    return {
      channels: filters,
      apply(x, pass) {
        const padded = symmetric && height + width > 2 ? tf.pad(x, [[0, 0], ...rims, [0, 0]] as [number, number][]) : x
        let filter = weights.variable as tf.Tensor4D
        if (statistics && pass.liveNorm) {
          return activate(statistics.live(convolve(padded, filter, stride, pad), pass), activation)
        }
        let shift: tf.Tensor | undefined = bias?.variable
        if (statistics) {
          const stored = statistics.stored()
          filter = tf.mul(filter, depthwise ? tf.reshape(stored.scale, [channels, 1]) : stored.scale)
          shift = stored.shift
        }
        if (!shift) return activate(convolve(padded, filter, stride, pad), activation)
        const inKernel = activation === 'relu' || activation === 'relu6' ? activation : 'linear'
        const y = fusedConvolution(padded, filter, shift, { depthwise, stride, pad, activation: inKernel })
        return inKernel === activation ? y : activate(y, activation)
      },
    }
  }
}
