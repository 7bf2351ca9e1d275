import { cholesky, triangularSolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { product } from '../coding/product.ts'
import { classCounts, type LabelledMatrix } from '../samples/checks.ts'
import { classMeans } from '../samples/class-means.ts'
import { toTensor } from '../samples/matrix.ts'
import { oneHot } from './one-hot.ts'

/** How far samples are spread within their classes: sums over the samples. */
export interface ClassScatter extends tf.TensorContainerObject {
  /** [1, d] the mean of all samples. */
  centre: tf.Tensor2D
  /** [C, d] the class means, less that mean. */
  means: tf.Tensor2D
  /** S_w [d, d] = Σ_i u_i u_iᵀ with u_i = x_i − m_{y_i}. */
  scatter: tf.Tensor2D
}

/** The same with the samples themselves. */
export interface WithinClass extends ClassScatter {
  /** X [N, d] less the mean of all. */
  x: tf.Tensor2D
  /** [N, C] one-hot labels. */
  members: tf.Tensor2D
}

/** Rows of a block of samples: what is formed of one at a time is small beside the samples. */
const BLOCK = 4096

/**
 * The sums of samples [N, d], in blocks of rows: beside the samples it takes memory for O(C·d + d²) numbers. The caller disposes
 * of them.
 */
export function classScatter({ features, labels, classes }: LabelledMatrix): ClassScatter {
  const { data, shape } = features
  const [count, dim] = shape
  const means = classMeans(features, labels, classes)
  const counts = classCounts(labels, classes)
  const centre = new Float64Array(dim)
  counts.forEach((n, c) => {
    for (let j = 0; j < dim; j++) centre[j] += (n / count) * means.data[c * dim + j]
  })
  return tf.tidy(() => {
    const ofClasses = toTensor(means)
    const middle = tf.tensor2d(Float32Array.from(centre), [1, dim])
    let scatter = tf.zeros([dim, dim]) as tf.Tensor2D
    for (let begin = 0; begin < count; begin += BLOCK) {
      const end = Math.min(count, begin + BLOCK)
      const before = scatter
      scatter = tf.tidy(() => {
        const x = tf.tensor2d(data.subarray(begin * dim, end * dim), [end - begin, dim])
        const own = tf.gather(ofClasses, tf.tensor1d(labels.subarray(begin, end), 'int32'))
        const u = tf.sub(x, own) as tf.Tensor2D
        return tf.add(before, product(u, u, { a: true })) as tf.Tensor2D
      })
      before.dispose()
    }
    return { centre: middle, means: tf.sub(ofClasses, middle) as tf.Tensor2D, scatter }
  })
}

/** The statistics of samples [N, d] with the samples; the caller disposes of them. */
export function withinClass(samples: LabelledMatrix): WithinClass {
  return tf.tidy(() => {
    const sums = classScatter(samples)
    const x = tf.sub(toTensor(samples.features), sums.centre) as tf.Tensor2D
    return { ...sums, x, members: oneHot(samples.labels, samples.classes) }
  })
}

/** Rows z [B, d] mapped to z L⁻ᵀ, where LLᵀ = a: their inner products are then zᵀa⁻¹z'. */
export function whiten(factor: tf.Tensor2D, rows: tf.Tensor2D): tf.Tensor2D {
  return tf.transpose(triangularSolve(factor, tf.transpose(rows))) as tf.Tensor2D
}

/** (1 − share)·S_w + share·tr(S_w)/d·I, factored. */
export function shrunkFactor({ scatter }: ClassScatter, ofScatter: number, ofIdentity: number): tf.Tensor2D {
  return tf.tidy(() => {
    const width = scatter.shape[0]
    const eye = tf.eye(width)
    const level = tf.div(tf.sum(tf.mul(scatter, eye)), width)
    return cholesky(tf.add(tf.mul(scatter, ofScatter), tf.mul(eye, tf.mul(level, ofIdentity)))) as tf.Tensor2D
  })
}

/** Inner products [N, C] in the metric A_i⁻¹ of each sample with the class means, none of them knowing the sample. */
export interface LeftOutProducts extends tf.TensorContainerObject {
  /** x_iᵀ A_i⁻¹ x_i, [N, 1]. */
  xx: tf.Tensor2D
  /** x_iᵀ A_i⁻¹ m_c. */
  xm: tf.Tensor2D
  /** m_cᵀ A_i⁻¹ m_c. */
  mm: tf.Tensor2D
}

/**
 * What every sample, left out, has to do with the class means. With A = a·S_w + b·I, leaving sample i out of its class of n
 * takes k·u_i u_iᵀ off S_w, k = n/(n−1), and moves its class mean by −u_i/(n−1); A_i⁻¹ follows from A⁻¹ by the formula of
 * Sherman and Morrison. b stays as the whole set gives it, and so does the common mean.
 * Samples alone in their class have no such products: their rows are not numbers.
 * @param ofScatter a
 * @param factor the Cholesky factor of A
 */
export function leftOutProducts({ x, means, members }: WithinClass, factor: tf.Tensor2D, ofScatter: number) {
  return tf.tidy((): LeftOutProducts => {
    const wx = whiten(factor, x)
    const wm = whiten(factor, means)
    const ofOwn = (table: tf.Tensor) => tf.sum(tf.mul(table, members), 1, true) as tf.Tensor2D
    const counts = tf.sum(members, 0, true)
    const n = ofOwn(counts)
    const k = tf.div(n, tf.sub(n, 1))
    const share = tf.div(1, tf.sub(n, 1))
    const among = product(wm, wm, { b: true })
    const lengths = tf.sum(tf.square(wm), 1).expandDims(0)
    const all = product(wx, wm, { b: true })
    const squared = tf.sum(tf.square(wx), 1, true) as tf.Tensor2D
    const own = ofOwn(all)
    const ownLength = ofOwn(lengths)
    // u·x, u·m_c and u·u with u = x − m of the own class.
    const ux = tf.sub(squared, own)
    const um = tf.sub(all, product(members, among)) as tf.Tensor2D
    const uu = tf.add(tf.sub(squared, tf.mul(own, 2)), ownLength)
    const umOwn = tf.sub(own, ownLength)
    // The own mean without the sample is m − share·u.
    const move = (table: tf.Tensor, by: tf.Tensor) => tf.add(table, tf.mul(members, by))
    const xm = move(all, tf.neg(tf.mul(share, ux)))
    const moved = move(um, tf.neg(tf.mul(share, uu)))
    const mm = move(lengths, tf.sub(tf.mul(tf.square(share), uu), tf.mul(tf.mul(share, umOwn), 2)))
    const scale = tf.mul(k, ofScatter)
    const gain = tf.div(scale, tf.sub(1, tf.mul(scale, uu)))
    return {
      xx: tf.add(squared, tf.mul(gain, tf.square(ux))) as tf.Tensor2D,
      xm: tf.add(xm, tf.mul(gain, tf.mul(ux, moved))) as tf.Tensor2D,
      mm: tf.add(mm, tf.mul(gain, tf.square(moved))) as tf.Tensor2D,
    }
  })
}
