import * as tf from '@tensorflow/tfjs'

/** `swish` is x·σ(x), also called SiLU. */
export type Activation = 'linear' | 'relu' | 'relu6' | 'sigmoid' | 'swish'

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
  }
}
