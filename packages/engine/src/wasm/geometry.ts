import { EngineError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { Jobs } from './jobs.ts'

/** What of tfjs' Conv2DInfo the kernels need. */
export interface WindowInfo {
  batchSize: number
  inHeight: number
  inWidth: number
  inChannels: number
  outHeight: number
  outWidth: number
  filterHeight: number
  filterWidth: number
  strideHeight: number
  strideWidth: number
  dilationHeight: number
  dilationWidth: number
  padInfo: { top: number; left: number }
}

/** The geometry words of assembly/patches.ts for windows that slide over the image at `image`. */
export function geometry(jobs: Jobs, image: number, info: WindowInfo): Record<number, number> {
  return {
    20: image,
    21: jobs.zeros(4 * info.inChannels),
    22: info.inHeight,
    23: info.inWidth,
    24: info.inChannels,
    25: info.outHeight,
    26: info.outWidth,
    27: info.filterHeight,
    28: info.filterWidth,
    29: info.strideHeight,
    30: info.strideWidth,
    31: info.dilationHeight,
    32: info.dilationWidth,
    33: info.padInfo.top,
    34: info.padInfo.left,
  }
}

/** The windows that slide over the output gradient when a convolution of stride 1 is turned round. */
export function turnedRound(info: WindowInfo, outChannels: number): WindowInfo {
  return {
    ...info,
    inHeight: info.outHeight,
    inWidth: info.outWidth,
    inChannels: outChannels,
    outHeight: info.inHeight,
    outWidth: info.inWidth,
    padInfo: {
      top: (info.filterHeight - 1) * info.dilationHeight - info.padInfo.top,
      left: (info.filterWidth - 1) * info.dilationWidth - info.padInfo.left,
    },
  }
}

type Shape4D = [number, number, number, number]

// The attributes of the kernels, as tfjs passes them.
interface WindowAttributes {
  strides: number | [number, number]
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
  dataFormat?: string
}
type Dilations = number | [number, number]

/** The windows of a convolution. Throws {@link EngineError} for a layout other than NHWC, which wasm has not. */
export function convolutionInfo(input: number[], filter: number[], attrs: WindowAttributes, dilations: Dilations = 1) {
  return windows(input, filter, attrs, dilations, false)
}

/** {@link convolutionInfo} for a depthwise convolution. */
export function depthwiseInfo(input: number[], filter: number[], attrs: WindowAttributes & { dilations: Dilations }) {
  return windows(input, filter, attrs, attrs.dilations, true)
}

function windows(input: number[], filter: number[], attrs: WindowAttributes, dilations: Dilations, depthwise: boolean) {
  const { strides, pad, dimRoundingMode, dataFormat = 'NHWC' } = attrs
  if (dataFormat !== 'NHWC') {
    throw new EngineError('convolution on wasm', {
      expected: 'images in the layout NHWC',
      received: dataFormat,
      remedy: 'Transpose them, or use the native engine.',
    })
  }
  const { computeConv2DInfo } = tf.backend_util
  return computeConv2DInfo(input as Shape4D, filter as Shape4D, strides, dilations, pad, dimRoundingMode, depthwise)
}
