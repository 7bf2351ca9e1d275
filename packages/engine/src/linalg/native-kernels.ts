import * as tf from '@tensorflow/tfjs'
import { type HostKernel, hostKernels } from './host-kernels.ts'

/** What the native backend of TensorFlow.js offers beyond the public interface. */
interface NativeBackend {
  binding: { TF_ATTR_TYPE: number; TF_ATTR_BOOL: number; TF_FLOAT: number; TF_INT32: number }
  disposeData(id: tf.DataId, force: boolean): boolean
  readSync(id: tf.DataId): Float32Array
  executeMultipleOutputs(op: string, attributes: object[], inputs: tf.TensorInfo[], count: number): tf.Tensor[]
  executeSingleOutput(op: string, attributes: object[], inputs: tf.TensorInfo[]): tf.Tensor
}
interface NativeCall {
  inputs: Record<string, tf.TensorInfo>
  attrs: Record<string, unknown>
  backend: NativeBackend
}

const floats = ({ binding }: NativeBackend) => ({ name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT })

/**
 * Where a matrix is not positive definite some versions of TensorFlow fail, without a word on the pivot, and others
 * fill the factor with NaN. The host's factorisation, run once more, names the pivot.
 */
function cholesky(call: NativeCall): tf.TensorInfo {
  const { inputs, backend } = call
  const explain = () => hostKernels.Cholesky!(call as unknown as Parameters<HostKernel>[0])
  let factor: tf.Tensor
  try {
    factor = backend.executeSingleOutput('Cholesky', [floats(backend)], [inputs.input!])
  } catch (cause) {
    explain()
    throw cause
  }
  const values = backend.readSync(factor.dataId)
  const matrix = factor.shape.at(-1)! ** 2
  for (let last = matrix - 1; last < values.length; last += matrix) {
    if (!Number.isNaN(values[last])) continue
    backend.disposeData(factor.dataId, true)
    explain()
  }
  return factor
}

function triangularSolve({ inputs, attrs, backend }: NativeCall): tf.TensorInfo {
  const flags = ['lower', 'adjoint'].map((name) => ({ name, type: backend.binding.TF_ATTR_BOOL, value: attrs[name] }))
  return backend.executeSingleOutput('MatrixTriangularSolve', [floats(backend), ...flags], [inputs.matrix, inputs.rhs])
}

function lu({ inputs, backend }: NativeCall): tf.TensorInfo[] {
  const { TF_ATTR_TYPE, TF_INT32 } = backend.binding
  const indexType = { name: 'output_idx_type', type: TF_ATTR_TYPE, value: TF_INT32 }
  return backend.executeMultipleOutputs('Lu', [floats(backend), indexType], [inputs.input], 2)
}

/** Registers TensorFlow's own kernels where it is the backend. */
export function registerNativeKernels(): void {
  const kernels = { Cholesky: cholesky, MatrixTriangularSolve: triangularSolve, Lu: lu }
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    tf.registerKernel({ kernelName, backendName: 'tensorflow', kernelFunc: kernelFunc as unknown as tf.KernelFunc })
  }
}
