import { cholesky, symmetricEigen, triangularSolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { product } from '../coding/product.ts'
import { type ClassScatter, classScatter } from '../heads/within-class.ts'
import type { LabelledMatrix } from '../samples/checks.ts'
import { withTensors } from '../samples/with-tensors.ts'

/** The two numbers that a metric of this family is made of. */
export interface ScatterOptions {
  /** σ ≥ 0: how much of the mean variance within classes is added to every direction before whitening. */
  readonly shrinkage: number
  /** η ≥ 0: how much directions in which the class means differ are stretched after it; 0 for not at all. */
  readonly between: number
}

/** The metrics of one set of samples: what does not depend on the two numbers is computed once. */
export interface ScatterMetric {
  /** L [d, d] of {@link scatterMetric}; the caller disposes of it. */
  factor(options: ScatterOptions): Promise<tf.Tensor2D>
  dispose(): void
}

/** Features whitened by one shrinkage, and the directions in which their class means vary. */
interface Whitened {
  /** C⁻¹ [d, d] with CCᵀ = S_w + σ·tr(S_w)/d·I. */
  readonly whitening: tf.Tensor2D
  /** The directions u_k [K, d] of the variance e_k of the class means. */
  readonly directions: tf.Tensor2D
  /** 1 + e_k/ē, with ē the mean of the variances over all d directions. */
  readonly gains: Float64Array
}

/** Directions whose variance is below this share of the largest are rounding errors. */
const NEGLIGIBLE = 1e-6

/** Keeps the scatter of samples that are all alike from being singular. */
const TINY = 1e-12

/**
 * The metric M = LᵀL that the scatter of labelled samples gives, with two numbers σ and η:
 * L = (I + Σ_k ((1 + e_k/ē)^η − 1)u_ku_kᵀ)·C⁻¹.
 * C⁻¹ whitens: CCᵀ = S_w + σ·tr(S_w)/d·I, with S_w the scatter within classes, so that variation without meaning counts
 * little. Then u_k and e_k are the principal directions and variances of the whitened class means, and directions in which
 * classes differ are stretched. σ → ∞ with η = 0 is the Euclidean distance, σ = 0 that of Mahalanobis, large η linear
 * discriminant analysis.
 * Sources: Fukunaga, "Introduction to statistical pattern recognition", 1990, section 10.2, for both scatters; the exponent η
 * between 0 and that of a projection is this project's.
 *
 * @param samples normalised features [N, d] with labels [N], one row per view where images have several
 */
export function scatterMetric(samples: LabelledMatrix): ScatterMetric {
  const stats = classScatter(samples)
  const known = new Map<number, Whitened>()
  return {
    async factor({ shrinkage, between }) {
      const whitened = known.get(shrinkage) ?? (await whiten(stats, shrinkage))
      known.set(shrinkage, whitened)
      const { whitening, directions, gains } = whitened
      return tf.tidy(() => {
        if (between === 0 || gains.length === 0) return whitening.clone()
        const stretch = tf.tensor2d(
          Float32Array.from(gains, (gain) => gain ** between - 1),
          [gains.length, 1],
        )
        const along = tf.mul(product(directions, whitening), stretch) as tf.Tensor2D
        return tf.add(whitening, product(directions, along, { a: true })) as tf.Tensor2D
      })
    },
    dispose() {
      tf.dispose(stats)
      for (const { whitening, directions } of known.values()) tf.dispose([whitening, directions])
    },
  }
}

function whiten(stats: ClassScatter, shrinkage: number): Promise<Whitened> {
  const [classes, dim] = stats.means.shape
  return withTensors(async (own) => {
    const { whitening, rows, gram } = own(whitenedMeans(stats, shrinkage))
    // The class means span C dimensions at most: their Gram matrix [C, C] has the variances as eigenvalues.
    const { values, vectors } = await symmetricEigen(gram)
    const kept = Array.from(values).filter((value) => value > NEGLIGIBLE * values[0] && value > 0)
    const mean = kept.reduce((sum, value) => sum + value, 0) / dim
    const scaled = kept.flatMap((value, k) =>
      Array.from(vectors.subarray(k * classes, (k + 1) * classes), (v) => v / Math.sqrt(classes * value)),
    )
    const found = tf.tidy(() => ({
      whitening: whitening.clone(),
      directions: product(tf.tensor2d(scaled, [kept.length, classes]), rows),
    }))
    return { ...found, gains: Float64Array.from(kept, (value) => 1 + value / mean) }
  })
}

/** C⁻¹ [d, d], the class means in it [C, d] less their mean, and their Gram matrix over C. */
function whitenedMeans({ scatter, means }: ClassScatter, shrinkage: number) {
  const [classes, dim] = means.shape
  return tf.tidy(() => {
    const eye = tf.eye(dim)
    const level = tf.add(tf.div(tf.sum(tf.mul(scatter, eye)), dim / Math.max(shrinkage, NEGLIGIBLE)), TINY)
    const factor = cholesky(tf.add(scatter, tf.mul(eye, level))) as tf.Tensor2D
    const whitening = triangularSolve(factor, eye) as tf.Tensor2D
    const rows = product(tf.sub(means, tf.mean(means, 0, true)), whitening, { b: true })
    return { whitening, rows, gram: tf.div(product(rows, rows, { b: true }), classes) as tf.Tensor2D }
  })
}
