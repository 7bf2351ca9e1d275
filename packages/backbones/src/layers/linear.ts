import * as tf from '@tensorflow/tfjs'
import { type Activation, activate } from './activation.ts'
import type { LayerPlan } from './layer.ts'

export interface LinearOptions {
  units: number
  /** True where left out. */
  bias?: boolean
  activation?: Activation
}

/** x W + b and an activation, at each position alike: [B, H, W, C] to [B, H, W, units]. */
export function linear(unit: string, { units, bias = true, activation = 'linear' }: LinearOptions): LayerPlan {
  return (scope, channels) => {
    const kernel = scope.declare({ unit, role: 'kernel', layout: 'linear', shape: [channels, units] })
    const shift = bias ? scope.declare({ unit, role: 'bias', layout: 'linear', shape: [units] }) : undefined
    return {
      channels: units,
      apply(x) {
        const [batch, height, width] = x.shape
        const rows = tf.reshape(x, [-1, channels]) as tf.Tensor2D
        const y = tf.fused.matMul({ a: rows, b: kernel.variable as tf.Variable<tf.Rank.R2>, bias: shift?.variable })
        return activate(tf.reshape(y, [batch, height, width, units]), activation)
      },
    }
  }
}
