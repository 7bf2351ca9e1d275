import * as tf from '@tensorflow/tfjs'
import { averagePoolingGradient } from './average-pooling.ts'
import { dilatedGradient } from './dilated-convolution.ts'

const gradients: tf.GradConfig[] = [
  { kernelName: 'AvgPool', inputsToSave: ['x'], gradFunc: averagePoolingGradient },
  ...(['Conv2D', 'DepthwiseConv2dNative'] as const).map((kernelName) => ({
    kernelName,
    inputsToSave: ['x', 'filter'],
    gradFunc: dilatedGradient(kernelName),
  })),
]

/** Puts right the gradients that TensorFlow.js has wrong or lacks, on every engine. */
export function registerGradients(): void {
  for (const gradient of gradients) tf.registerGradient(gradient)
}
