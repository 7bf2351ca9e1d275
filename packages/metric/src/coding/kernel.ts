import * as tf from '@tensorflow/tfjs'
import { product } from './product.ts'

/**
 * Inner products [A, B] of rows a [A, r] and b [B, r]. With `gamma` those of a Gaussian kernel, for rows of length 1:
 * k(a, b) = exp(γ(a·b − 1)) = exp(−γ/2·‖a − b‖²), so that k(a, a) = 1. A code over kernel products is linear in a space of
 * very many dimensions, and follows classes that are not flat.
 * Source: Schölkopf, Smola, "Learning with kernels", MIT Press 2002, section 2.3.
 */
export function innerProducts(a: tf.Tensor2D, b: tf.Tensor2D, gamma?: number): tf.Tensor2D {
  const plain = product(a, b, { b: true })
  return gamma === undefined ? plain : tf.tidy(() => tf.exp(tf.mul(tf.sub(plain, 1), gamma)) as tf.Tensor2D)
}
