import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from '../layer.ts'

const EPSILON = 1e-6
/** Keeps the root of a map that is 0 everywhere differentiable. */
const TINY = 1e-20

/**
 * x + γ·x·n_c + β, where n_c is the norm of channel c over space, divided by the mean of the norms of all channels (Woo et al.,
 * "ConvNeXt V2", CVPR 2023, section 3.3, global response normalisation): [B, H, W, C] to the same shape.
 */
export function responseNorm(unit: string): LayerPlan {
  return (scope, channels) => {
    const declare = (role: 'gamma' | 'beta') =>
      scope.declare({ unit, role, layout: 'linear', shape: [channels], initial: 0 })
    const [gamma, beta] = [declare('gamma'), declare('beta')]
    return {
      channels,
      apply(x) {
        const norms = tf.sqrt(tf.add(tf.sum(tf.square(x), [1, 2], true), TINY))
        const relative = tf.div(norms, tf.add(tf.mean(norms, 3, true), EPSILON))
        return tf.add(tf.mul(x, tf.add(tf.mul(relative, gamma.variable!), 1)), beta.variable!)
      },
    }
  }
}
