import * as z from 'zod'
import type { Matrix } from '../samples/matrix.ts'

const isFinite32 = (data: unknown): data is Float32Array =>
  data instanceof Float32Array && data.every((value) => Number.isFinite(value))

function isMatrix(value: unknown): value is Matrix {
  const { data, shape } = (value ?? {}) as Partial<Matrix>
  if (!Array.isArray(shape) || shape.length !== 2 || !shape.every((size) => Number.isInteger(size) && size > 0))
    return false
  return isFinite32(data) && data.length === shape[0] * shape[1]
}

/** A matrix of finite numbers. */
export const matrix = z.custom<Matrix>(isMatrix, 'a matrix of finite float32 numbers')

/** A row of finite numbers. */
export const floats = z.custom<Float32Array>((value) => isFinite32(value) && value.length > 0, 'finite float32 numbers')

/** Numbers of classes, one per row, each of 0 … C−1 at least once. */
export const labels = z.custom<Int32Array>((value) => {
  if (!(value instanceof Int32Array) || value.length === 0) return false
  const seen = new Set(value)
  return value.every((label) => label >= 0 && label < seen.size)
}, 'int32 classes 0 … C−1 that all occur')

export const positive = z.number().positive()
/** λ of a code. The least-norm code that λ = 0 would mean is the limit of small λ. */
export const ridgeWeight = z
  .number()
  .positive('a number above 0; the code of λ = 0, by the pseudo-inverse, is that of a small λ, for instance 1e-3')
export const count = z.int().positive()
