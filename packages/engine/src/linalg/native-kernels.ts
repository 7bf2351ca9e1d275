import * as tf from '@tensorflow/tfjs'
import { type HostKernel, hostKernels } from './host-kernels.ts'

/** What the native backend of TensorFlow.js offers beyond the public interface. */
interface NativeBackend {
  binding: { TF_ATTR_TYPE: number; TF_ATTR_BOOL: number; TF_FLOAT: number; TF_INT32: number }
  executeMultipleOutputs(op: string, attributes: object[], inputs: tf.TensorInfo[], count: number): tf.Tensor[]
  executeSingleOutput(op: string, attributes: object[], inputs: tf.TensorInfo[]): tf.Tensor
}
interface NativeCall {
  inputs: Record<string, tf.TensorInfo>
  attrs: Record<string, unknown>
  backend: NativeBackend
}

const floats = ({ binding }: NativeBackend) => ({ name: 'T', type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT })

/** TensorFlow's own error does not name the pivot: the host's factorisation, run once more, does. */
function cholesky(call: NativeCall): tf.TensorInfo {
  const { inputs, backend } = call
  try {
    return backend.executeSingleOutput('Cholesky', [floats(backend)], [inputs.input])
  } catch (cause) {
    hostKernels.Cholesky(call as unknown as Parameters<HostKernel>[0])
    throw cause
  }
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
