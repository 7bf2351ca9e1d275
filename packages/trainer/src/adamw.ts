import * as tf from '@tensorflow/tfjs'
import type { UpdateRule } from './optimizer.ts'

/** Adam with decoupled weight decay (Loshchilov & Hutter, "Decoupled weight decay regularization", ICLR 2019, alg. 2). */
export function adamW({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 } = {}): UpdateRule {
  return {
    name: 'adamW',
    weightDecay,
    update({ variable, gradient, learningRate, step, slot }) {
      const first = slot('first')
      const second = slot('second')
      // Each by itself, so that what one leaves is free for the next.
      tf.tidy(() => first.assign(tf.add(tf.mul(first, beta1), tf.mul(gradient, 1 - beta1))))
      tf.tidy(() => second.assign(tf.add(tf.mul(second, beta2), tf.mul(tf.square(gradient), 1 - beta2))))
      const size = learningRate / (1 - beta1 ** step)
      const root = tf.sqrt(tf.div(second, 1 - beta2 ** step))
      return tf.sub(variable, tf.mul(tf.div(first, tf.add(root, epsilon)), size))
    },
  }
}
