import { cholesky, choleskySolve } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { bucketOf, type ClassLayout, gramBlocks, joinBuckets, sumByClass, timesBlocks } from './class-layout.ts'
import { inverseOf, invertPositive, RATIO_EPSILON, type Rule } from './class-residuals.ts'
import { product } from './product.ts'

/** The codes α = E S q of queries, where both matrices are computed once for a dictionary. */
export interface LinearCode {
  /** E [N', d] */
  readonly rows: tf.Tensor2D
  /** S [d, d], or none for the identity. */
  readonly square?: tf.Tensor2D
}

/** α [N', B] of queries [B, d]. */
export function codesOf({ rows, square }: LinearCode, queries: tf.Tensor2D): tf.Tensor2D {
  return square ? product(rows, product(square, queries, { b: true })) : product(rows, queries, { b: true })
}

/**
 * The code of CRC, α = (DDᵀ + λI)⁻¹D q = D(DᵀD + λI)⁻¹q: the smaller of the two matrices is factored.
 * Source: Zhang, Yang, Feng, "Sparse representation or collaborative representation", ICCV 2011, eq. 6.
 */
export function crcCode(d: tf.Tensor2D, lambda: number): LinearCode {
  const [n, width] = d.shape
  if (n >= width) return { rows: d, square: inverseOf(d, lambda) }
  const dual = tf.add(product(d, d, { b: true }), tf.mul(tf.eye(n), lambda)) as tf.Tensor2D
  return { rows: product(invertPositive(dual), d) }
}

/**
 * The code of ProCRC, ((γ(C−2)+1)G + γ·blkdiag(G_cc) + λI)⁻¹ D q with G = DDᵀ. With the block diagonal part
 * B = γ·blkdiag(G_cc) + λI and c = γ(C−2)+1 it is B⁻¹D (cDᵀB⁻¹D + I)⁻¹ q: no N × N matrix.
 * Source: Cai, Zhang, Zuo, Feng, "A probabilistic collaborative representation based approach for pattern
 * classification", CVPR 2016, eq. 13.
 */
export function proCrcCode(d: tf.Tensor2D, layout: ClassLayout, lambda: number, gamma: number): LinearCode {
  const blocks = gramBlocks(d, layout)
  const rows = joinBuckets(
    layout.buckets.map((bucket, i) => {
      const { classes, size } = bucket
      const block = tf.add(tf.mul(blocks[i], gamma), tf.mul(tf.eye(size), lambda))
      return tf.reshape(choleskySolve(cholesky(block), bucketOf(d, bucket)), [
        classes * size,
        d.shape[1],
      ]) as tf.Tensor2D
    }),
  )
  const c = gamma * (layout.classes - 2) + 1
  const square = tf.add(tf.mul(product(d, rows, { a: true }), c), tf.eye(d.shape[1])) as tf.Tensor2D
  return { rows, square: invertPositive(square) }
}

/** What is computed once for a dictionary to get residuals of codes over it. */
export interface Dictionary {
  readonly d: tf.Tensor2D
  readonly layout: ClassLayout
  readonly blocks: readonly tf.Tensor3D[]
}

/**
 * How ‖t − D_cᵀα_c‖² is computed. `gram`: ‖t‖² − 2h_cᵀα_c + α_cᵀG_ccα_c with h = Dt, which is quick, and in float32 right
 * to about 1e-6·‖t‖². `direct`: from the differences themselves, right to 1e-6 of the residual, for C·d numbers and 2·N·d
 * operations a query; for samples so many or λ so small that classes rebuild a query almost perfectly.
 */
export type ResidualForm = 'gram' | 'direct'

export interface ResidualOptions {
  /** Default `plain`. */
  rule?: Rule
  /** Default `gram`. */
  form?: ResidualForm
}

/**
 * ‖t − D_cᵀα_c‖² for targets t [B, d] and codes α [N', B] as [C, B] in the layout's order of classes; divided by
 * ‖α_c‖² + ε in the ratio rule.
 */
export function residualsTo(
  target: tf.Tensor2D,
  alpha: tf.Tensor2D,
  dictionary: Dictionary,
  { rule = 'plain', form = 'gram' }: ResidualOptions = {},
): tf.Tensor2D {
  const plain = (form === 'gram' ? gramResiduals : directResiduals)(target, alpha, dictionary)
  if (rule === 'plain') return plain
  return tf.div(plain, tf.add(sumByClass(tf.square(alpha), dictionary.layout), RATIO_EPSILON))
}

function gramResiduals(target: tf.Tensor2D, alpha: tf.Tensor2D, { d, layout, blocks }: Dictionary): tf.Tensor2D {
  const h = product(d, target, { b: true })
  const inner = tf.sub(timesBlocks(blocks, alpha, layout), tf.mul(h, 2))
  const energy = tf.sum(tf.square(target), 1)
  // Rounding must not make a square negative.
  return tf.relu(tf.add(energy, sumByClass(tf.mul(alpha, inner), layout)) as tf.Tensor2D)
}

function directResiduals(target: tf.Tensor2D, alpha: tf.Tensor2D, { d, layout }: Dictionary): tf.Tensor2D {
  return joinBuckets(
    layout.buckets.map((bucket) => {
      const rebuilt = tf.matMul(bucketOf(alpha, bucket), bucketOf(d, bucket), true)
      return tf.sum(tf.squaredDifference(rebuilt, tf.expandDims(target, 0)), 2) as tf.Tensor2D
    }),
  )
}
