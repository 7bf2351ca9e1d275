import * as tf from '@tensorflow/tfjs'
import type { Pass, Scope } from '../layer.ts'
import type { KernelLayout } from '../parameter.ts'

/** Batch norm (Ioffe & Szegedy, ICML 2015) over the channels of a convolution. */
export interface BatchNorm {
  /** y = x·scale + shift by the stored statistics, both [C]: to be folded into the convolution before it. */
  stored(): { scale: tf.Tensor1D; shift: tf.Tensor1D }
  /** By the statistics of the batch x [B, H, W, C]; moves the stored ones as `pass` says. */
  live(x: tf.Tensor4D, pass: Pass): tf.Tensor4D
}

export function batchNorm(scope: Scope, unit: string, layout: KernelLayout, channels: number): BatchNorm {
  const { epsilon, momentum } = scope.dialect
  const declare = (role: 'gamma' | 'beta' | 'mean' | 'variance') =>
    scope.declare({ unit, role, layout, shape: [channels] })
  const gamma = declare('gamma')
  const beta = declare('beta')
  const mean = declare('mean')
  const variance = declare('variance')

  const move = (stored: tf.Variable, batch: tf.Tensor) =>
    stored.assign(tf.tidy(() => tf.add(tf.mul(stored, 1 - momentum), tf.mul(batch, momentum))))

  return {
    stored() {
      const scale = tf.mul(gamma.variable!, tf.rsqrt(tf.add(variance.variable!, epsilon))) as tf.Tensor1D
      return { scale, shift: tf.sub(beta.variable!, tf.mul(mean.variable!, scale)) as tf.Tensor1D }
    },
    live(x, pass) {
      const batch = tf.moments(x, [0, 1, 2])
      if (pass.moveStatistics) {
        const count = x.size / channels
        tf.tidy(() => {
          move(mean.variable!, batch.mean)
          // The stored variance is the unbiased one, as in both families of frameworks.
          move(variance.variable!, tf.mul(batch.variance, count / Math.max(1, count - 1)))
        })
      }
      const scale = tf.mul(gamma.variable!, tf.rsqrt(tf.add(batch.variance, epsilon)))
      return tf.add(tf.mul(tf.sub(x, batch.mean), scale), beta.variable!) as tf.Tensor4D
    },
  }
}
