import * as tf from '@tensorflow/tfjs'
import type { Jobs } from './jobs.ts'

/** The parts of BackendWasm that kernels use. */
interface Backend {
  dataIdMap: { get(id: tf.DataId): { memoryOffset: number } }
  makeOutput(shape: number[], dtype: tf.DataType): tf.TensorInfo
  disposeData(id: tf.DataId): boolean
  typedArrayFromHeap(tensor: tf.TensorInfo): Float32Array | Int32Array
}

export interface Call {
  inputs: Record<string, tf.TensorInfo>
  // The attributes' types differ from kernel to kernel.
  // biome-ignore lint/suspicious/noExplicitAny: each kernel knows its own
  attrs: any
  backend: Backend
  /** Where a tensor's numbers begin. */
  address(tensor: tf.TensorInfo): number
}

export type Kernel<Result = tf.TensorInfo> = (jobs: Jobs, call: Call) => Result

/** Puts kernels under TensorFlow.js' names, in place of the wasm backend's own where it has them. */
export function registerKernels(jobs: Jobs, kernels: Record<string, Kernel<tf.TensorInfo | tf.TensorInfo[]>>): void {
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm')
    const kernelFunc = ({ inputs, attrs, backend }: Omit<Call, 'address'>) =>
      kernel(jobs, { inputs, attrs, backend, address: (t) => backend.dataIdMap.get(t.dataId).memoryOffset })
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc: kernelFunc as unknown as tf.KernelFunc })
  }
}
