import * as tf from '@tensorflow/tfjs'

interface Transposed {
  a?: boolean
  b?: boolean
}

/** The matrix product a·b, with either factor transposed first as named: `tf.matMul` without boolean positions. */
export function product(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  { a: ofA = false, b: ofB = false }: Transposed = {},
): tf.Tensor2D {
  return tf.matMul(a, b, ofA, ofB)
}
