import type { Matrix } from '@dml-crc/core/arrays'
import * as tf from '@tensorflow/tfjs'

export type { Matrix }

/** Features as the classifiers take them: a tensor [N, d], or a matrix on the host. */
export type Features = tf.Tensor2D | Matrix

/** The features as a tensor of the engine. The caller disposes it; a tensor that came in is cloned. */
export function toTensor(features: Features): tf.Tensor2D {
  if (features instanceof tf.Tensor) return features.clone()
  return tf.tensor2d(features.data, features.shape as [number, number], 'float32')
}

/** The features as a matrix on the host. */
export async function toMatrix(features: Features): Promise<Matrix> {
  if (!(features instanceof tf.Tensor)) return features
  return { data: (await features.data()) as Float32Array, shape: [...features.shape] }
}

/** The numbers of a tensor, which is freed. */
export async function takeNumbers(tensor: tf.Tensor): Promise<Float32Array> {
  try {
    return (await tensor.data()) as Float32Array
  } finally {
    tensor.dispose()
  }
}

/** Numbers that the largest tensor of one batch of rows may hold. */
const BATCH_NUMBERS = 2 ** 23

/**
 * What `f` makes of the rows of a matrix, [N, ?], computed on the engine in batches. `f` is called inside tf.tidy, and
 * what it gives for a row must not depend on the other rows. `perRow` is how many numbers one row takes in its largest
 * tensor.
 */
export async function mapRows(matrix: Matrix, perRow: number, f: (rows: tf.Tensor2D) => tf.Tensor2D): Promise<Matrix> {
  const [count, width] = matrix.shape
  const batch = Math.max(1, Math.min(4096, Math.floor(BATCH_NUMBERS / perRow)))
  let data = new Float32Array(0)
  let columns = 0
  for (let begin = 0; begin < count; begin += batch) {
    const end = Math.min(begin + batch, count)
    const rows: Matrix = { data: matrix.data.subarray(begin * width, end * width), shape: [end - begin, width] }
    const result = tf.tidy(() => f(toTensor(rows)))
    const part = await takeNumbers(result)
    if (begin === 0) {
      columns = result.shape[1]
      data = new Float32Array(count * columns)
    }
    data.set(part, begin * columns)
  }
  return { data, shape: [count, columns] }
}

/** The column of the largest number in each row; the first of equals. */
export function largest({ data, shape: [rows, width] }: Matrix): Int32Array {
  const out = new Int32Array(rows)
  for (let i = 0; i < rows; i++) {
    let best = i * width
    for (let j = best + 1; j < (i + 1) * width; j++) if (data[j] > data[best]) best = j
    out[i] = best - i * width
  }
  return out
}

/** The given rows of a matrix, in the given order, as a copy. */
export function takeRows({ data, shape: [, width] }: Matrix, rows: ArrayLike<number>): Matrix {
  const out = new Float32Array(rows.length * width)
  for (let i = 0; i < rows.length; i++) {
    out.set(data.subarray(rows[i] * width, (rows[i] + 1) * width), i * width)
  }
  return { data: out, shape: [rows.length, width] }
}
