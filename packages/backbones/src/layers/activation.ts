import * as tf from '@tensorflow/tfjs'
import { gelu, geluSigmoid, geluTanh } from './gelu.ts'

/** `swish` is x·σ(x), also called SiLU; `gelu_sigmoid` is CLIP's, also called QuickGELU. */
export type Activation = 'linear' | 'relu' | 'relu6' | 'sigmoid' | 'swish' | 'gelu' | 'gelu_tanh' | 'gelu_sigmoid'

/** Any shape to the same shape. */
export function activate<T extends tf.Tensor>(x: T, activation: Activation): T {
  switch (activation) {
    case 'linear':
      return x
    case 'relu':
      return tf.relu(x)
    case 'relu6':
      return tf.relu6(x)
    case 'sigmoid':
      return tf.sigmoid(x)
    case 'swish':
      return tf.mul(x, tf.sigmoid(x))
    case 'gelu':
      return gelu(x)
    case 'gelu_tanh':
      return geluTanh(x)
    case 'gelu_sigmoid':
      return geluSigmoid(x)
  }
}
