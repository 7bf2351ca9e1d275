import { cholesky, choleskySolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { bucketOf, gramBlocks, joinBuckets } from './class-layout.ts'
import { invertPositive } from './inverse.ts'
import { product } from './product.ts'
import type { Dictionary } from './residuals.ts'
import type { LinearCode } from './ridge-code.ts'

/** The weights of K = whole·G + own·blkdiag(G_cc) + ridge·I with G = D̂D̂ᵀ. */
export interface BlockWeights {
  readonly whole: number
  readonly own: number
  readonly ridge: number
}

/** What K⁻¹ is put together from. */
export interface BlockCode extends LinearCode {
  /** R = B⁻¹D̂ [N', r], B the block diagonal part of K. */
  readonly rows: tf.Tensor2D
  /** S = (whole·D̂ᵀR + I)⁻¹ [r, r]. */
  readonly square: tf.Tensor2D
  /** The Cholesky factors of the blocks of B, one tensor [classes, size, size] for each bucket. */
  readonly factors: readonly tf.Tensor3D[]
}

/** K⁻¹D̂q = R S q for every q: no N × N matrix is formed. */
export function blockCode({ d, layout, blocks }: Dictionary, { whole, own, ridge }: BlockWeights): BlockCode {
  const factors = (blocks ?? gramBlocks(d, layout)).map(
    (block) => cholesky(tf.add(tf.mul(block, own), tf.mul(tf.eye(block.shape[1]), ridge))) as tf.Tensor3D,
  )
  const rows = solveBlocks(factors, d, layout)
  const square = tf.add(tf.mul(product(d, rows, { a: true }), whole), tf.eye(d.shape[1])) as tf.Tensor2D
  return { rows, square: invertPositive(square), factors }
}

/** K⁻¹b = B⁻¹b − whole·R S Rᵀb of b [N', B]. */
export function solveBlockSystem(
  { rows, square, factors }: BlockCode,
  { layout }: Pick<Dictionary, 'layout'>,
  whole: number,
  b: tf.Tensor2D,
): tf.Tensor2D {
  const seen = product(square, product(rows, b, { a: true }))
  return tf.sub(solveBlocks(factors, b, layout), tf.mul(product(rows, seen), whole))
}

/** B⁻¹x of x [N', B]. */
function solveBlocks(factors: readonly tf.Tensor3D[], x: tf.Tensor2D, layout: Dictionary['layout']): tf.Tensor2D {
  return joinBuckets(
    layout.buckets.map((bucket, i) =>
      tf.reshape(choleskySolve(factors[i], bucketOf(x, bucket)), [bucket.classes * bucket.size, x.shape[1]]),
    ),
  )
}
