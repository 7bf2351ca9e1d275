import type * as tf from '@tensorflow/tfjs'
import { factorCholesky, factorLu, substitute } from './host-factor.ts'
import { notPositiveDefinite } from './not-positive-definite.ts'

type Values = Float32Array
interface Backend {
  readSync(id: tf.DataId): Values
  write(values: Float32Array | Int32Array, shape: number[], dtype: tf.DataType): tf.DataId
}
interface Call {
  inputs: Record<string, tf.TensorInfo>
  attrs: Record<string, unknown>
  backend: Backend
}
export type HostKernel = (call: Call) => tf.TensorInfo | tf.TensorInfo[]

const output = (backend: Backend, values: Float32Array | Int32Array, shape: number[]): tf.TensorInfo => {
  const dtype = values instanceof Int32Array ? 'int32' : 'float32'
  return { dataId: backend.write(values, shape, dtype), shape, dtype }
}

const cholesky: HostKernel = ({ inputs: { input }, backend }) => {
  const values = backend.readSync(input!.dataId)
  const n = input!.shape.at(-1)!
  const factors = new Float32Array(values.length)
  for (let start = 0; start < values.length; start += n * n) {
    const matrix = Float64Array.from(values.subarray(start, start + n * n))
    const pivot = factorCholesky(matrix, n)
    if (pivot) {
      const which = values.length > n * n ? ` (number ${start / (n * n)} of its batch)` : ''
      throw notPositiveDefinite(values.subarray(start, start + n * n), n, pivot, which)
    }
    factors.set(matrix, start)
  }
  return output(backend, factors, input!.shape)
}

const triangularSolve: HostKernel = ({ inputs: { matrix, rhs }, attrs, backend }) => {
  const matrices = backend.readSync(matrix!.dataId)
  const right = backend.readSync(rhs!.dataId)
  const [n, k] = rhs!.shape.slice(-2) as [number, number]
  const solutions = new Float32Array(right.length)
  const count = n * n === 0 ? 0 : matrices.length / (n * n)
  for (let b = 0; b < count; b++) {
    const x = Float64Array.from(right.subarray(b * n * k, (b + 1) * n * k))
    substitute(matrices.subarray(b * n * n, (b + 1) * n * n), x, n, k, attrs as { lower: boolean; adjoint: boolean })
    solutions.set(x, b * n * k)
  }
  return output(backend, solutions, rhs!.shape)
}

const lu: HostKernel = ({ inputs: { input }, backend }) => {
  const values = backend.readSync(input!.dataId)
  const n = input!.shape.at(-1)!
  const factors = new Float32Array(values.length)
  const permutations = new Int32Array(values.length / n)
  for (let start = 0; start < values.length; start += n * n) {
    const matrix = Float64Array.from(values.subarray(start, start + n * n))
    factorLu(matrix, permutations.subarray(start / n, start / n + n), n)
    factors.set(matrix, start)
  }
  return [output(backend, factors, input!.shape), output(backend, permutations, input!.shape.slice(0, -1))]
}

/** The factorisations in plain TypeScript and float64, for engines whose memory the host can read at once. */
export const hostKernels: Record<string, HostKernel> = {
  Cholesky: cholesky,
  MatrixTriangularSolve: triangularSolve,
  Lu: lu,
}
