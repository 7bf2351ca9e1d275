import * as tf from '@tensorflow/tfjs'

/** √Σ‖g‖² over all gradients, as a scalar. */
export function globalNorm(gradients: ReadonlyMap<string, tf.Tensor>): tf.Scalar {
  return tf.tidy((): tf.Scalar => tf.sqrt(tf.addN([...gradients.values()].map((g) => tf.sum(tf.square(g))))).asScalar())
}

/**
 * Scales all gradients by the same factor and disposes of those given. With limit / norm, where the norm exceeds the limit,
 * it clips them by their global norm (Pascanu et al., ICML 2013).
 */
export function scale(gradients: Map<string, tf.Tensor>, factor: number): Map<string, tf.Tensor> {
  const scaled = new Map([...gradients].map(([name, gradient]) => [name, tf.tidy(() => tf.mul(gradient, factor))]))
  tf.dispose([...gradients.values()])
  return scaled
}
