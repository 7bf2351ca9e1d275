import * as tf from '@tensorflow/tfjs'

/**
 * The value of a loss and its gradients, as tf.variableGrads gives them. Call it inside tf.tidy. Where the loss throws,
 * TensorFlow.js never frees what it had kept for the way back: that is done here.
 */
export function variableGradients(
  loss: () => tf.Scalar,
  variables: tf.Variable[],
): { value: tf.Scalar; grads: tf.NamedTensorMap } {
  try {
    return tf.variableGrads(loss, variables)
  } catch (error) {
    const { state } = tf.engine()
    if (state.gradientDepth === 0) {
      for (const { saved } of state.activeTape ?? []) tf.dispose(saved)
      state.activeTape = []
    }
    throw error
  }
}
