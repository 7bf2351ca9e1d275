import * as tf from '@tensorflow/tfjs'

const ROOT_HALF = Math.SQRT1_2
/** φ(0) of the normal distribution. */
const PEAK = 1 / Math.sqrt(2 * Math.PI)

/** Φ(x) of the normal distribution. */
const cumulative = (x: tf.Tensor) => tf.mul(tf.add(tf.erf(tf.mul(x, ROOT_HALF)), 1), 0.5)

/** x·Φ(x) (Hendrycks, Gimpel, "Gaussian Error Linear Units", 2016, section 2). For the gradient only x is kept. */
export function gelu<T extends tf.Tensor>(input: T): T {
  const run = tf.customGrad((...args) => {
    const [x, save] = args as [tf.Tensor, tf.GradSaveFunc]
    save([x])
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) =>
      tf.tidy(() => {
        const density = tf.mul(tf.exp(tf.mul(tf.square(saved), -0.5)), PEAK)
        return tf.mul(dy, tf.add(cumulative(saved), tf.mul(saved, density)))
      })
    return { value: tf.mul(x, cumulative(x)), gradFunc }
  })
  return run(input) as T
}

/** ½x(1 + tanh(√(2/π)(x + 0.044715x³))): the approximation of {@link gelu} in the same section. */
export function geluTanh<T extends tf.Tensor>(x: T): T {
  const inner = tf.mul(x, tf.add(tf.mul(tf.square(x), 0.044715 * 2 * PEAK), 2 * PEAK))
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.tanh(inner), 1)) as T
}

/** x·σ(1.702x): the approximation of {@link gelu} in the same section that CLIP was trained with. */
export const geluSigmoid = <T extends tf.Tensor>(x: T): T => tf.mul(x, tf.sigmoid(tf.mul(x, 1.702))) as T
