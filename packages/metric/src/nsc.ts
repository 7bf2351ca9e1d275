import { cholesky, choleskySolve } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { bucketOf, joinBuckets } from './class-layout.ts'
import type { Classifier } from './classifier.ts'
import { residualsTo } from './collaborative-code.ts'
import { dictionaryClassifier } from './dictionary-classifier.ts'
import { checkPositive } from './matrix.ts'
import { product } from './product.ts'

/**
 * Nearest subspace classifier: each class codes the query alone, by least squares with a small ridge that keeps the
 * solution unique; the class of least residual wins.
 * @throws {InputError} when λ is not above 0.
 */
export function nsc({ lambda = 1e-3 }: { lambda?: number } = {}): Classifier {
  checkPositive('lambda', lambda)
  return dictionaryClassifier(
    `NSC (λ=${lambda})`,
    ({ blocks }) => ({
      factors: blocks.map((block) => cholesky(tf.add(block, tf.mul(tf.eye(block.shape[1]), lambda)))),
    }),
    (queries, dictionary, { factors }) => {
      const { d, layout } = dictionary
      const h = product(d, queries, { b: true })
      const alpha = layout.buckets.map((bucket, i) =>
        tf.reshape(choleskySolve(factors[i], bucketOf(h, bucket)), [bucket.classes * bucket.size, queries.shape[0]]),
      )
      return residualsTo(queries, joinBuckets(alpha as tf.Tensor2D[]), dictionary)
    },
  )
}
