import * as tf from '@tensorflow/tfjs'
import { hostKernels } from './host-kernels.ts'
import { registerNativeKernels } from './native-kernels.ts'

const equipped = new Set<string>()

/** Makes the linear algebra kernels known to the current backend, once for each. */
function ensureKernels(): void {
  const backendName = tf.getBackend()
  if (equipped.has(backendName)) return
  equipped.add(backendName)
  if (backendName === 'tensorflow') registerNativeKernels()
  for (const [kernelName, kernel] of Object.entries(hostKernels)) {
    if (tf.getKernel(kernelName, backendName)) continue
    tf.registerKernel({ kernelName, backendName, kernelFunc: kernel as unknown as tf.KernelFunc })
  }
}

/** Runs one of TensorFlow's own linear algebra kernels on the current backend. */
export function runMatrixKernel<T extends tf.Tensor | tf.Tensor[]>(
  name: 'Cholesky' | 'MatrixTriangularSolve' | 'Lu',
  inputs: Record<string, tf.Tensor>,
  attributes: Record<string, boolean> = {},
): T {
  ensureKernels()
  return tf.engine().runKernel(name, inputs, attributes) as T
}
