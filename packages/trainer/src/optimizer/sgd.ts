import * as tf from '@tensorflow/tfjs'
import type { UpdateRule } from './optimizer.ts'

/**
 * Stochastic gradient descent with momentum, v ← μv + g: the variable moves by −η·v, with Nesterov's look-ahead by
 * −η·(g + μv) (Sutskever et al., ICML 2013, in PyTorch's form). Weight decay is decoupled.
 */
export function sgd({ momentum = 0.9, nesterov = true, weightDecay = 0 } = {}): UpdateRule {
  return {
    name: 'sgd',
    weightDecay,
    update({ variable, gradient, learningRate, slot }) {
      if (momentum === 0) return tf.sub(variable, tf.mul(gradient, learningRate))
      const velocity = slot('momentum')
      tf.tidy(() => velocity.assign(tf.add(tf.mul(velocity, momentum), gradient)))
      const direction = nesterov ? tf.add(gradient, tf.mul(velocity, momentum)) : velocity
      return tf.sub(variable, tf.mul(direction, learningRate))
    },
  }
}
