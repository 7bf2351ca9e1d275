import * as tf from '@tensorflow/tfjs'

/** √Σ‖g‖² over all gradients, as a scalar. */
export function globalNorm(gradients: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
  return tf.tidy((): tf.Scalar => tf.sqrt(tf.addN([...gradients.values()].map((g) => tf.sum(tf.square(g))))).asScalar())
}

/**
 * Scales all gradients by the same factor where their global norm exceeds `limit` (Pascanu et al., ICML 2013), and
 * disposes of those given.
 */
export function clipByGlobalNorm(gradients: Map<string, tf.Tensor>, limit: number): Map<string, tf.Tensor> {
  const factor = tf.tidy(() => tf.minimum(1, tf.div(limit, tf.add(globalNorm(gradients), 1e-6))))
  const clipped = new Map([...gradients].map(([name, gradient]) => [name, tf.mul(gradient, factor)]))
  tf.dispose([factor, ...gradients.values()])
  return clipped
}
