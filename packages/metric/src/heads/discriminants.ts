import { choleskySolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { product } from '../coding/product.ts'
import type { ClassScatter } from './within-class.ts'

/** Weights [d, C] and bias [C] of LDA on features as they came, from the factor of N·Σ and the counts [C] of the classes. */
export function discriminants({ centre, means }: ClassScatter, factor: tf.Tensor2D, counts: ArrayLike<number>) {
  const count = Array.from(counts).reduce((sum, n) => sum + n, 0)
  const prior = tf.tensor1d(Float32Array.from(counts, (n) => Math.log(n / count)))
  const weights = tf.mul(choleskySolve(factor, tf.transpose(means)), count) as tf.Tensor2D
  const half = tf.div(tf.sum(tf.mul(tf.transpose(weights), means), 1), 2)
  const bias = tf.sub(tf.sub(prior, half), tf.squeeze(product(centre, weights), [0])) as tf.Tensor1D
  return { weights, bias }
}
