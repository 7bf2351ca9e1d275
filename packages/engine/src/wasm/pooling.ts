import * as tf from '@tensorflow/tfjs'
import { geometry } from './geometry.ts'
import { JobKind } from './jobs.ts'
import type { Kernel } from './kernel.ts'

/** The backend's own kernel gives no gradient where a whole window is zero or less. */
const maxPoolGradient: Kernel = (jobs, { inputs: { dy, input }, attrs, backend, address }) => {
  const { filterSize, strides, pad, dimRoundingMode } = attrs
  const shape = input!.shape as [number, number, number, number]
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
  const out = backend.makeOutput(shape, 'float32')
  jobs.run(JobKind.maxPoolGradient, {
    ...geometry(jobs, 0, info),
    1: address(input!),
    2: address(dy!),
    3: address(out),
    4: info.batchSize,
  })
  return out
}

export const poolingKernels: Record<string, Kernel> = { MaxPoolGrad: maxPoolGradient }
