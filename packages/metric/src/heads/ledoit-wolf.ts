import { cholesky } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { product } from '../coding/product.ts'
import type { LabelledMatrix } from '../samples/checks.ts'
import type { WithinClass } from './within-class.ts'

/**
 * The Cholesky factor [d, d] of N·Σ with Σ = Σ_c π_c Σ_c, each Σ_c the Ledoit-Wolf estimate from the samples of the class,
 * made on features scaled to deviation 1 within it and scaled back: (1−s_c)·S_c/n_c + s_c·μ_c·diag(variances of the class).
 * That is one product of rows weighted by √(1−s_c), and a diagonal.
 * Source: Ledoit, Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", 2004, as scikit-learn's
 * `LinearDiscriminantAnalysis(shrinkage='auto')` applies it.
 */
export function ledoitWolfFactor({ x, means, members }: WithinClass, { labels, classes }: LabelledMatrix): tf.Tensor2D {
  return tf.tidy(() => {
    const u = tf.sub(x, product(members, means)) as tf.Tensor2D
    const [, width] = u.shape
    const rows = u.dataSync()
    const weights = new Float32Array(labels.length)
    const diagonal = new Float32Array(width)
    for (let c = 0; c < classes; c++) {
      const own = labels.reduce<Float32Array[]>((all, label, i) => {
        if (label === c) all.push(rows.subarray(i * width, (i + 1) * width) as Float32Array)
        return all
      }, [])
      const { shrinkage, level, variances } = ledoitWolf(own, width)
      labels.forEach((label, i) => {
        if (label === c) weights[i] = Math.sqrt(1 - shrinkage)
      })
      for (let j = 0; j < width; j++) diagonal[j] += own.length * shrinkage * level * variances[j]
    }
    const weighted = tf.mul(u, tf.tensor2d(weights, [labels.length, 1])) as tf.Tensor2D
    const added = tf.mul(tf.eye(width), tf.tensor1d(diagonal))
    return cholesky(tf.add(product(weighted, weighted, { a: true }), added)) as tf.Tensor2D
  })
}

/**
 * The shrinkage of centred rows scaled to deviation 1, the mean variance of the scaled rows, and the variances of the rows.
 * A feature that is constant in the class is not scaled.
 */
function ledoitWolf(rows: readonly Float32Array[], width: number) {
  const n = rows.length
  const variances = new Float64Array(width)
  for (const row of rows) for (let j = 0; j < width; j++) variances[j] += row[j] ** 2 / n
  const inverse = variances.map((variance) => (variance > 0 ? 1 / variance : 1))
  let trace = 0
  for (let j = 0; j < width; j++) trace += variances[j] * inverse[j]
  const level = trace / width
  const inner = (a: Float32Array, b: Float32Array) => {
    let sum = 0
    for (let j = 0; j < width; j++) sum += a[j] * b[j] * inverse[j]
    return sum
  }
  let fourth = 0
  let gram = 0
  for (let i = 0; i < n; i++) {
    fourth += inner(rows[i], rows[i]) ** 2
    for (let k = 0; k < n; k++) gram += inner(rows[i], rows[k]) ** 2 / n ** 2
  }
  const spread = (gram - width * level ** 2) / width
  const noise = Math.min((fourth / n - gram) / (n * width), spread)
  return { shrinkage: noise > 0 ? noise / spread : 0, level, variances: variances.map((v) => (v > 0 ? v : 1)) }
}
