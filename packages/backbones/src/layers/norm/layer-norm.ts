import * as tf from '@tensorflow/tfjs'
import type { LayerPlan } from '../layer.ts'

/**
 * y = γ·(x − mean)/√(variance + ε) + β over the channels of each position (Ba, Kiros, Hinton, "Layer Normalization", 2016,
 * eq. 4): [B, H, W, C] to the same shape.
 */
export function layerNorm(unit: string, { epsilon = 1e-6 }: { epsilon?: number } = {}): LayerPlan {
  return (scope, channels) => {
    const declare = (role: 'gamma' | 'beta') => scope.declare({ unit, role, layout: 'linear', shape: [channels] })
    const [gamma, beta] = [declare('gamma'), declare('beta')]
    return {
      channels,
      apply(x) {
        const rows = tf.reshape(x, [-1, channels]) as tf.Tensor2D
        return tf.reshape(normaliseRows(rows, gamma.variable!, beta.variable!, epsilon), x.shape)
      },
    }
  }
}

const meanOfRows = (x: tf.Tensor) => tf.mean(x, 1, true)

/** x [N, C], gamma and beta [C]. For the gradient the normalised rows and 1/√(variance + ε) are kept. */
function normaliseRows(x: tf.Tensor2D, gamma: tf.Tensor, beta: tf.Tensor, epsilon: number): tf.Tensor2D {
  const run = tf.customGrad((...args) => {
    const [input, scale, shift, save] = args as [tf.Tensor2D, tf.Tensor, tf.Tensor, tf.GradSaveFunc]
    const centred = tf.sub(input, meanOfRows(input))
    const inverse = tf.rsqrt(tf.add(meanOfRows(tf.square(centred)), epsilon))
    const normal = tf.mul(centred, inverse)
    save([normal, inverse, scale])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      tf.tidy(() => {
        const [xHat, root, factor] = saved
        const dHat = tf.mul(dy, factor)
        const along = tf.mul(xHat, meanOfRows(tf.mul(dHat, xHat)))
        const dx = tf.mul(tf.sub(tf.sub(dHat, meanOfRows(dHat)), along), root)
        return [dx, tf.sum(tf.mul(dy, xHat), 0), tf.sum(dy, 0)]
      })
    return { value: tf.add(tf.mul(normal, scale), shift), gradFunc }
  })
  return run(x, gamma, beta) as tf.Tensor2D
}
