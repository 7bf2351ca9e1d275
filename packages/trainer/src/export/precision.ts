import { float32ToFloat16 } from '@dml-crc/core'
import type { Constant } from './graph.ts'

/** The numbers that weights for browsers can be kept in. TensorFlow.js makes them float32 again when it loads them. */
export type Precision = 'float32' | 'float16' | 'uint8'

/** A constant as `weights.bin` holds it. */
export interface StoredConstant extends Pick<Constant, 'name' | 'shape'> {
  bytes: Uint8Array
  /** The manifest's word for what was done: x = number · scale + min, where there is a scale. */
  quantization?: { dtype: 'float16' } | { dtype: 'uint8'; scale: number; min: number }
  /** [C] what the last axis is multiplied by afterwards, which the manifest has no word for. */
  scales?: Float32Array
}

/** Constants of fewer numbers are kept as they are: they are few bytes, and the biases among them reach every position. */
const LEAST = 1024

/** Steps on each side of zero in 8 bits. */
const STEPS = 127

/**
 * A constant in a precision, where it is large. Of uint8 each channel of the last axis has a scale of its own: batch norm, folded
 * into a kernel, gives its channels very different ones. A kernel with one filter a channel, whose last axis is 1, is kept in float16.
 */
export function store({ name, shape, data }: Constant, precision: Precision): StoredConstant {
  const own = { name, shape }
  if (precision === 'float32' || data instanceof Int32Array || data.length < LEAST) {
    return { ...own, bytes: bytesOf(data) }
  }
  const channels = shape[shape.length - 1]
  if (precision === 'float16' || channels === 1) {
    return { ...own, bytes: bytesOf(float32ToFloat16(data)), quantization: { dtype: 'float16' } }
  }
  const scales = new Float32Array(channels)
  for (const [i, value] of data.entries())
    scales[i % channels] = Math.max(scales[i % channels], Math.abs(value) / STEPS)
  const steps = Uint8Array.from(data, (value, i) => STEPS + Math.round(value / (scales[i % channels] || 1)))
  return { ...own, bytes: steps, quantization: { dtype: 'uint8', scale: 1, min: -STEPS }, scales }
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength)
