import * as tf from '@tensorflow/tfjs'

/** About this many attention weights are in memory at a time: 64 MB. */
const MOST_WEIGHTS = 2 ** 24

/**
 * softmax(q kᵀ/√d) v for each image and head (Vaswani et al., NIPS 2017, eq. 1): q [B, h, S, d], k and v [B, h, T, d] to
 * [B, h, S, d]. The weights [S, T] exist for a few heads at a time, and are computed again for the gradient.
 */
export function attend(q: tf.Tensor4D, k: tf.Tensor4D, v: tf.Tensor4D, mostWeights = MOST_WEIGHTS): tf.Tensor4D {
  const [batch, heads, length, size] = q.shape
  const each = batch * length * k.shape[2]
  const group = Math.min(heads, Math.max(1, Math.floor(mostWeights / each)))
  const factor = size ** -0.5

  const weightsOf = (query: tf.Tensor, key: tf.Tensor) => tf.softmax(tf.matMul(tf.mul(query, factor), key, false, true))

  const run = tf.customGrad((...args) => {
    const save = args.at(-1) as tf.GradSaveFunc
    const inputs = args.slice(0, 3) as tf.Tensor4D[]
    save(inputs)
    const [value] = byHeads(inputs, group, ([query, key, values]) => [tf.matMul(weightsOf(query, key), values)])
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]) =>
      byHeads([...saved, dy], group, ([query, key, values, dOut]) => {
        const weights = weightsOf(query, key)
        const dWeights = tf.matMul(dOut, values, false, true)
        const weighted = tf.mul(dWeights, weights)
        const dScores = tf.sub(weighted, tf.mul(weights, tf.sum(weighted, 3, true)))
        const scaled = tf.mul(dScores, factor)
        return [tf.matMul(scaled, key), tf.matMul(scaled, query, true), tf.matMul(weights, dOut, true)]
      })
    return { value, gradFunc }
  })
  return run(q, k, v) as tf.Tensor4D
}

/** Computes from `size` heads of each of `inputs` [B, h, …] at a time, and joins the results [B, h, …]. */
function byHeads(
  inputs: readonly tf.Tensor[],
  size: number,
  compute: (parts: tf.Tensor[]) => tf.Tensor[],
): tf.Tensor[] {
  const heads = inputs[0].shape[1]!
  if (heads <= size) return tf.tidy(() => compute([...inputs]))
  const results: tf.Tensor[][] = []
  for (let start = 0; start < heads; start += size) {
    const count = Math.min(size, heads - start)
    results.push(tf.tidy(() => compute(inputs.map((input) => tf.slice(input, [0, start], [-1, count])))))
  }
  const joined = results[0].map((_, i) =>
    tf.concat(
      results.map((parts) => parts[i]),
      1,
    ),
  )
  tf.dispose(results)
  return joined
}
