import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from './layer.ts'

/**
 * A fully connected layer with ReLU over a whole map of `side`×`side`: [B, side, side, C] to [B, 1, 1, units].
 * In training, the pass's share of its outputs is dropped.
 */
export function dense(unit: string, { units, side }: { units: number; side: number }): LayerPlan {
  return (scope, channels) => {
    const kernel = scope.declare({ unit, role: 'kernel', layout: 'dense', shape: [side, side, channels, units] })
    const bias = scope.declare({ unit, role: 'bias', layout: 'dense', shape: [units] })
    return {
      channels: units,
      apply(x, pass) {
        const matrix = tf.reshape(kernel.variable!, [-1, units])
        const rows = tf.reshape(x, [x.shape[0], -1])
        const y = tf.relu(tf.add(tf.matMul(rows, matrix), bias.variable!))
        const kept = pass.dropout > 0 ? tf.dropout(y, pass.dropout, undefined, pass.prng.int(2 ** 31)) : y
        return tf.reshape(kept, [-1, 1, 1, units])
      },
    }
  }
}
