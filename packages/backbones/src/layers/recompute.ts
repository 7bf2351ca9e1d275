import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { BuiltBlock } from '../network.ts'
import type { Pass } from './layer.ts'

/**
 * Runs a block so that no map inside it is kept for the gradient: the backward pass computes the block once more
 * (Chen, Xu, Zhang, Guestrin, "Training Deep Nets with Sublinear Memory Cost", 2016, section 3). It costs one more
 * forward pass, and keeps one map a block.
 */
export function recomputed({ layer, parameters }: BuiltBlock, x: tf.Tensor4D, pass: Pass): tf.Tensor4D {
  const variables = parameters.map(({ variable }) => variable!).filter(({ trainable }) => trainable)
  // The same randomness and the same stored statistics the second time.
  const state = pass.prng.state()
  const again = (): Pass => ({ ...pass, prng: Prng.fromState(state), moveStatistics: false })
  const run = tf.customGrad((...inputs) => {
    const [input, save] = [inputs[0] as tf.Tensor4D, inputs.at(-1) as tf.GradSaveFunc]
    save([input])
    return {
      value: layer.apply(input, pass),
      gradFunc: (dy: tf.Tensor, [saved]: tf.Tensor[]) => gradients(dy, saved as tf.Tensor4D),
    }
  })
  function gradients(dy: tf.Tensor, saved: tf.Tensor4D): tf.Tensor[] {
    // tfjs has one tape: the inner gradient would take it away from the outer one, which still has to clear it.
    const { state: engine } = tf.engine()
    const tape = engine.activeTape
    try {
      return tf.grads((input) => layer.apply(input as tf.Tensor4D, again()))([saved, ...variables], dy)
    } finally {
      engine.activeTape = tape
    }
  }
  return run(x, ...variables) as tf.Tensor4D
}

/** Runs a block of which nothing is trained, keeping nothing for a gradient; none flows back to its input. */
export function frozen({ layer }: BuiltBlock, x: tf.Tensor4D, pass: Pass): tf.Tensor4D {
  const stored = { ...pass, liveNorm: false }
  const run = tf.customGrad((input) => ({
    value: layer.apply(input as tf.Tensor4D, stored),
    gradFunc: (_dy: tf.Tensor) => tf.zeros(x.shape),
  }))
  return run(x) as tf.Tensor4D
}
