import * as tf from '@tensorflow/tfjs'
import { type Activation, activate } from './activation.ts'
import type { LayerPlan } from './layer.ts'

export interface ResidualOptions {
  body: LayerPlan
  /** What the input goes through before it is added, where its shape is another than that of the body's output. */
  shortcut?: LayerPlan
  /** After the addition. */
  activation?: Activation
}

/** y = activation(body(x) + shortcut(x)) (He, Zhang, Ren, Sun, CVPR 2016, eq. 1 and 2). */
export function residual({ body, shortcut, activation = 'linear' }: ResidualOptions): LayerPlan {
  return (scope, channels) => {
    const inner = body(scope, channels)
    const outer = shortcut?.(scope, channels)
    return {
      channels: inner.channels,
      apply(x, pass) {
        const carried = outer ? outer.apply(x, pass) : x
        return activate(tf.add(inner.apply(x, pass), carried) as tf.Tensor4D, activation)
      },
    }
  }
}
