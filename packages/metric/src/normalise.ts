import { InputError } from '@dml-crc/core'
import type { Matrix } from '@dml-crc/core/arrays'
import * as tf from '@tensorflow/tfjs'

export interface NormaliseOptions {
  /** Take sign(x)·√|x| of each number first, which keeps a few large activations from deciding all. Default true. */
  signedSquareRoot?: boolean
  /** Scale each row to Euclidean length 1. Rows of zeros stay. Default true. */
  unitNorm?: boolean
  /**
   * [d] a mean to take off each row after that, see {@link centerOf}; the rest is scaled to length 1 again. Features
   * that a network ends in are positive, and what all classes share tells none of them from another.
   */
  center?: readonly number[]
  /** ε of the root as {@link normaliseTensor} smooths it; 0 for the root of {@link normalise}. Default 1e-4. */
  rootEpsilon?: number
}

/** Smallest length that still counts as one, so that rows of zeros stay zeros. */
const TINY = 1e-12

/**
 * Features [N, d] in the form that the classifiers like best: signed square root, then unit length.
 * Source: METHOD's measurements; the square root as in Perronnin, Sánchez, Mensink, ECCV 2010.
 */
export function normalise(
  features: Matrix,
  { signedSquareRoot = true, unitNorm = true, center }: NormaliseOptions = {},
): Matrix {
  const [rows, width] = features.shape
  checkCenter(center, width)
  const data = new Float32Array(features.data)
  if (signedSquareRoot)
    for (let i = 0; i < data.length; i++) data[i] = Math.sign(data[i]) * Math.sqrt(Math.abs(data[i]))
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * width, (i + 1) * width)
    if (unitNorm) toUnitLength(row)
    if (!center) continue
    for (let j = 0; j < width; j++) row[j] -= center[j]
    toUnitLength(row)
  }
  return { data, shape: [rows, width] }
}

function toUnitLength(row: Float32Array): void {
  let squares = 0
  for (const value of row) squares += value * value
  const scale = 1 / Math.max(Math.sqrt(squares), TINY)
  for (let j = 0; j < row.length; j++) row[j] *= scale
}

function checkCenter(center: readonly number[] | undefined, width: number): void {
  if (!center || center.length === width) return
  const remedy = 'Take the mean of features of the same kind with centerOf.'
  throw new InputError('center', { expected: `${width} numbers`, received: `${center.length}`, remedy })
}

/** The mean [d] of features [N, d] once they are normalised, for the `center` of the fit set and of all that it meets. */
export function centerOf(features: Matrix, options: Omit<NormaliseOptions, 'center'> = {}): number[] {
  const { data, shape } = normalise(features, options)
  const [rows, width] = shape
  const mean = new Array<number>(width).fill(0)
  for (let i = 0; i < data.length; i++) mean[i % width] += data[i] / rows
  return mean
}

/**
 * The same as {@link normalise} on a tensor [N, d], differentiable, for training end to end.
 * The root is smoothed near zero, sign(x)(√(|x|+ε) − √ε), because its derivative has no bound there.
 */
export function normaliseTensor(
  features: tf.Tensor2D,
  { signedSquareRoot = true, unitNorm = true, center, rootEpsilon = 1e-4 }: NormaliseOptions = {},
): tf.Tensor2D {
  checkCenter(center, features.shape[1])
  return tf.tidy(() => {
    const unit = (x: tf.Tensor) => tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), 1, true), TINY)))
    let x: tf.Tensor = features
    if (signedSquareRoot)
      x = tf.mul(tf.sign(x), tf.sub(tf.sqrt(tf.add(tf.abs(x), rootEpsilon)), Math.sqrt(rootEpsilon)))
    if (unitNorm) x = unit(x)
    if (center) x = unit(tf.sub(x, tf.tensor1d([...center])))
    return x as tf.Tensor2D
  })
}
