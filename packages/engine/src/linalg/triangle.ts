import * as tf from '@tensorflow/tfjs'

/** The lower triangle of a [..., n, n], its diagonal times `diagonal`; zeros above. */
export function lowerTriangle(a: tf.Tensor, diagonal = 1): tf.Tensor {
  const n = a.shape.at(-1)!
  const mask = new Float32Array(n * n)
  for (let i = 0; i < n; i++) {
    mask.fill(1, i * n, i * n + i)
    mask[i * n + i] = diagonal
  }
  return tf.tidy(() => tf.mul(a, tf.tensor2d(mask, [n, n])))
}

/** Swaps the last two dimensions. */
export function transposed(a: tf.Tensor): tf.Tensor {
  const order = a.shape.map((_, i) => i)
  return tf.transpose(a, [...order.slice(0, -2), a.rank - 1, a.rank - 2])
}
