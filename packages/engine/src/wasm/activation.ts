import * as tf from '@tensorflow/tfjs'
import type { Call } from './kernel.ts'

/** The activations that the product applies by itself, as assembly/multiply.ts numbers them. */
export const productActivations = { linear: 0, relu: 1, relu6: 2 } as const
export type ProductActivation = keyof typeof productActivations

const kernelNames: Record<string, string> = {
  elu: 'Elu',
  leakyrelu: 'LeakyRelu',
  prelu: 'Prelu',
  sigmoid: 'Sigmoid',
}

/** Splits the activation of a fused kernel into what the product does and what has to follow it. */
export function splitActivation({ inputs, attrs, backend }: Call): {
  activation: ProductActivation
  follow(out: tf.TensorInfo): tf.TensorInfo
} {
  const name: string = attrs.activation ?? 'linear'
  if (name in productActivations) return { activation: name as ProductActivation, follow: (out) => out }
  return {
    activation: 'linear',
    follow(out) {
      const { kernelFunc } = tf.getKernel(kernelNames[name]!, 'wasm') as unknown as {
        kernelFunc(call: object): tf.TensorInfo
      }
      const alpha = inputs.preluActivationWeights
      const result = kernelFunc({
        inputs: alpha ? { x: out, alpha } : { x: out },
        attrs: { alpha: attrs.leakyreluAlpha },
        backend,
      })
      backend.disposeData(out.dataId)
      return result
    },
  }
}
