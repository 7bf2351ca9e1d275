import { cholesky, choleskySolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { bucketOf, gramBlocks, joinBuckets } from './class-layout.ts'
import { invertPositive } from './inverse.ts'
import { product } from './product.ts'
import type { Dictionary } from './residuals.ts'
import type { LinearCode } from './ridge-code.ts'

/**
 * The code of ProCRC, ((γ(C−2)+1)G + γ·blkdiag(G_cc) + λI)⁻¹ D q with G = DDᵀ. With the block diagonal part
 * B = γ·blkdiag(G_cc) + λI and c = γ(C−2)+1 it is B⁻¹D (cDᵀB⁻¹D + I)⁻¹ q: no N × N matrix.
 * Source: Cai, Zhang, Zuo, Feng, "A probabilistic collaborative representation based approach for pattern
 * classification", CVPR 2016, eq. 13.
 */
export function proCrcCode({ d, layout, blocks }: Dictionary, lambda: number, gamma: number): LinearCode {
  const grams = blocks ?? gramBlocks(d, layout)
  const rows = joinBuckets(
    layout.buckets.map((bucket, i) => {
      const { classes, size } = bucket
      const block = tf.add(tf.mul(grams[i], gamma), tf.mul(tf.eye(size), lambda))
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
