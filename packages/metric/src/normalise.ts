import * as tf from '@tensorflow/tfjs'
import type { Matrix } from './matrix.ts'

export interface NormaliseOptions {
  /** Take sign(x)·√|x| of each number first, which keeps a few large activations from deciding all. Default true. */
  signedSquareRoot?: boolean
  /** Scale each row to Euclidean length 1. Rows of zeros stay. Default true. */
  unitNorm?: boolean
}

/** Smallest length that still counts as one, so that rows of zeros stay zeros. */
const TINY = 1e-12

/**
 * Features [N, d] in the form that the classifiers like best: signed square root, then unit length.
 * Source: METHOD's measurements; the square root as in Perronnin, Sánchez, Mensink, ECCV 2010.
 */
export function normalise(
  features: Matrix,
  { signedSquareRoot = true, unitNorm = true }: NormaliseOptions = {},
): Matrix {
  const [rows, width] = features.shape
  const data = new Float32Array(features.data)
  if (signedSquareRoot)
    for (let i = 0; i < data.length; i++) data[i] = Math.sign(data[i]) * Math.sqrt(Math.abs(data[i]))
  if (unitNorm) {
    for (let i = 0; i < rows; i++) {
      const row = data.subarray(i * width, (i + 1) * width)
      let squares = 0
      for (const value of row) squares += value * value
      const scale = 1 / Math.max(Math.sqrt(squares), TINY)
      for (let j = 0; j < width; j++) row[j] *= scale
    }
  }
  return { data, shape: [rows, width] }
}

/**
 * The same as {@link normalise} on a tensor [N, d], differentiable, for training end to end.
 * The root is smoothed near zero, sign(x)(√(|x|+ε) − √ε) with ε = 1e-4, because its derivative has no bound there.
 */
export function normaliseTensor(
  features: tf.Tensor2D,
  { signedSquareRoot = true, unitNorm = true }: NormaliseOptions = {},
): tf.Tensor2D {
  return tf.tidy(() => {
    let x: tf.Tensor = features
    if (signedSquareRoot) x = tf.mul(tf.sign(x), tf.sub(tf.sqrt(tf.add(tf.abs(x), 1e-4)), 1e-2))
    if (unitNorm) x = tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), 1, true), TINY)))
    return x as tf.Tensor2D
  })
}
