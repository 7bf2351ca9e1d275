import { bfloat16ToFloat32, float16ToFloat32 } from './float16.ts'
import type { TensorData } from './tensor.ts'

/** How numbers are stored: f float, i signed, u unsigned, bf bfloat, and the bytes of one. */
const STORED = {
  f8: (buffer: ArrayBuffer) => new Float64Array(buffer),
  f4: (buffer: ArrayBuffer) => new Float32Array(buffer),
  f2: (buffer: ArrayBuffer) => float16ToFloat32(new Uint16Array(buffer)),
  bf2: (buffer: ArrayBuffer) => bfloat16ToFloat32(new Uint16Array(buffer)),
  i8: (buffer: ArrayBuffer) => new BigInt64Array(buffer),
  i4: (buffer: ArrayBuffer) => new Int32Array(buffer),
  i2: (buffer: ArrayBuffer) => new Int16Array(buffer),
  i1: (buffer: ArrayBuffer) => new Int8Array(buffer),
  u8: (buffer: ArrayBuffer) => new BigUint64Array(buffer),
  u4: (buffer: ArrayBuffer) => new Uint32Array(buffer),
  u2: (buffer: ArrayBuffer) => new Uint16Array(buffer),
  u1: (buffer: ArrayBuffer) => new Uint8Array(buffer),
} as const satisfies Record<string, (buffer: ArrayBuffer) => TensorData>

export type NumberKind = keyof typeof STORED

export const isNumberKind = (kind: string): kind is NumberKind => Object.hasOwn(STORED, kind)

/** The bytes of one number of a kind. */
export const widthOf = (kind: NumberKind) => Number(kind.at(-1))

/**
 * Numbers from their bytes, in either byte order; there must be a whole number of numbers. Bytes that fill their buffer are
 * taken over, so that a large file is in memory once; others are copied.
 */
export function decodeNumbers(kind: NumberKind, bytes: Uint8Array, littleEndian: boolean): TensorData {
  const isWhole = bytes.byteLength === bytes.buffer.byteLength && bytes.buffer instanceof ArrayBuffer
  const own = isWhole ? (bytes as Uint8Array<ArrayBuffer>) : new Uint8Array(bytes)
  const width = widthOf(kind)
  if (!littleEndian && width > 1) {
    for (let at = 0; at < own.length; at += width) own.subarray(at, at + width).reverse()
  }
  return STORED[kind](own.buffer)
}
