import { float32ToFloat16 } from '@dml-crc/core'
import type { Constant } from './graph.ts'

/** The numbers that weights for browsers can be kept in. TensorFlow.js makes them float32 again when it loads them. */
export type Precision = 'float32' | 'float16' | 'uint8'

/** A constant as `weights.bin` holds it. */
export interface StoredConstant {
  bytes: Uint8Array
  /** The manifest's word for what was done: x = number · scale + min, where there is a scale. */
  quantization?: { dtype: 'float16' } | { dtype: 'uint8'; scale: number; min: number }
}

/** Constants of fewer numbers are kept as they are: they are few bytes, and the biases among them reach every position. */
const LEAST = 1024

/** Constants in a precision: the large ones; kernels of one filter a channel, whose channels differ in scale, in float16 at least. */
export function store({ shape, data }: Constant, precision: Precision): StoredConstant {
  if (precision === 'float32' || data instanceof Int32Array || data.length < LEAST) return { bytes: bytesOf(data) }
  const isDepthwise = shape.length === 4 && shape[3] === 1
  if (precision === 'float16' || isDepthwise) {
    return { bytes: bytesOf(float32ToFloat16(data)), quantization: { dtype: 'float16' } }
  }
  const min = data.reduce((least, value) => Math.min(least, value))
  const max = data.reduce((most, value) => Math.max(most, value))
  // Equal numbers are all min.
  const scale = (max - min) / 255 || 1
  const steps = Uint8Array.from(data, (value) => Math.round((value - min) / scale))
  return { bytes: steps, quantization: { dtype: 'uint8', scale, min } }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
