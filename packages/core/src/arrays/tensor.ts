/** The numbers of an array in memory, row-major. F16 and BF16 are widened to float32 when read; booleans are 0 and 1. */
export type TensorData =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array

/** An array on the host: row-major numbers and their shape. */
export interface HostTensor<T extends TensorData = TensorData> {
  shape: readonly number[]
  data: T
}

/** What a file may hold: numbers, or texts such as the names of classes. */
export type FileArray = HostTensor | { shape: readonly number[]; data: readonly string[] }

/** More axes than any array has; NumPy's own bound. */
const MAX_RANK = 64

/** Whether a value read from a file is a shape: whole sizes from 0, few axes, and a product that is exact. */
export function isShape(value: unknown): value is number[] {
  if (!Array.isArray(value) || value.length > MAX_RANK) return false
  if (!value.every((size) => Number.isSafeInteger(size) && size >= 0)) return false
  return Number.isSafeInteger(elementCount(value))
}

/** How many numbers an array of this shape has; the empty shape is one number. */
export function elementCount(shape: readonly number[]): number {
  return shape.includes(0) ? 0 : shape.reduce((product, size) => product * size, 1)
}

/** Brings numbers whose first index runs fastest (MATLAB, Fortran) into row-major order, for any number of axes. */
export function rowMajor<T extends TensorData | string[]>(data: T, shape: readonly number[]): T {
  if (shape.filter((size) => size > 1).length < 2) return data
  const out = data.slice() as T
  const index = shape.map(() => 0)
  const strides = shape.map((_, axis) => elementCount(shape.slice(0, axis)))
  let at = 0
  for (let i = 0; i < data.length; i++) {
    out[i] = data[at]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      at += strides[axis]
      if (++index[axis] < shape[axis]) break
      at -= strides[axis] * shape[axis]
      index[axis] = 0
    }
  }
  return out
}
