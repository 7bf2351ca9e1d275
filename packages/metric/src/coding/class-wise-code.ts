import { cholesky, choleskySolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { bucketOf, gramBlocks, joinBuckets } from './class-layout.ts'
import { product } from './product.ts'
import type { Dictionary } from './residuals.ts'

/** The Cholesky factors of G_cc + λI, one tensor [classes, size, size] for each bucket. */
export function classFactors({ d, layout, blocks }: Dictionary, lambda: number): tf.Tensor3D[] {
  return (blocks ?? gramBlocks(d, layout)).map(
    (block) => cholesky(tf.add(block, tf.mul(tf.eye(block.shape[1]), lambda))) as tf.Tensor3D,
  )
}

/** The codes [N', B] of queries [B, r] by every class alone: α_c = (G_cc + λI)⁻¹D_c q. */
export function classWiseCodes(
  queries: tf.Tensor2D,
  { d, layout }: Dictionary,
  factors: readonly tf.Tensor3D[],
): tf.Tensor2D {
  const h = product(d, queries, { b: true })
  return joinBuckets(
    layout.buckets.map((bucket, i) =>
      tf.reshape(choleskySolve(factors[i], bucketOf(h, bucket)), [bucket.classes * bucket.size, queries.shape[0]]),
    ),
  )
}
