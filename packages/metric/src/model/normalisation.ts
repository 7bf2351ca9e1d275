import { InputError } from '@dml-crc/core/errors'
import * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { type Matrix, takeNumbers, toTensor } from '../samples/matrix.ts'
import { floats } from './arrays.ts'

/** What is done to features [N, d], as the network gives them, before anything else. */
export const Normalisation = z.strictObject({
  /** Whether sign(x)·√|x| of each number is taken, which keeps a few large activations from deciding all. */
  signedSquareRoot: z.boolean(),
  /** ε of the root sign(x)(√(|x|+ε) − √ε); above 0 its derivative has a bound near zero, for training end to end. */
  rootEpsilon: z.number().min(0),
  /** Whether each row is scaled to Euclidean length 1 after that. Rows of zeros stay. */
  unitNorm: z.boolean(),
  /**
   * [d] the mean of the features fitted on, taken off each row after that; the rest is scaled to length 1 again. Features
   * that a network ends in are positive, and what all classes share tells none of them from another.
   */
  center: floats.optional(),
})
export type Normalisation = Readonly<z.infer<typeof Normalisation>>

/** What of it is chosen; the centre comes from the features fitted on. */
export interface NormaliseChoice {
  readonly signedSquareRoot: boolean
  readonly unitNorm: boolean
  readonly center: boolean
}

/** Smallest square of a length that still counts, so that rows of zeros stay zeros. */
const TINY = 1e-12

/** The rows of x [N, d] scaled to length 1; differentiable. */
export function unitRows(x: tf.Tensor2D): tf.Tensor2D {
  return tf.mul(x, tf.rsqrt(tf.add(tf.sum(tf.square(x), 1, true), TINY)))
}

/**
 * Features [N, d] in the form that the classifiers like best; differentiable. Call it inside tf.tidy.
 * Source of the root: Perronnin, Sánchez, Mensink, "Improving the Fisher kernel", ECCV 2010.
 * @throws {InputError} when the centre is of another width.
 */
export function normalise(features: tf.Tensor2D, how: Normalisation): tf.Tensor2D {
  const { signedSquareRoot, rootEpsilon, unitNorm, center } = how
  if (center && center.length !== features.shape[1]) {
    throw new InputError('features', {
      expected: `rows of ${center.length} numbers, as those that the centre was taken from`,
      received: `rows of ${features.shape[1]}`,
      remedy: 'Take features of the same network and layer.',
    })
  }
  const steps: (((x: tf.Tensor2D) => tf.Tensor2D) | false)[] = [
    signedSquareRoot && ((x) => signedRoot(x, rootEpsilon)),
    unitNorm && ((x) => unitRows(shrunk(x))),
    center !== undefined && ((x) => unitRows(tf.sub(x, tf.tensor1d(center)))),
  ]
  return steps.reduce((x, step) => (step ? step(x) : x), features)
}

/** Rows with numbers above 1 divided by the largest, so that the squares of no finite numbers overflow. */
const shrunk = (x: tf.Tensor2D): tf.Tensor2D => tf.div(x, tf.maximum(tf.max(tf.abs(x), 1, true), 1))

function signedRoot(x: tf.Tensor2D, epsilon: number): tf.Tensor2D {
  if (epsilon === 0) return tf.mul(tf.sign(x), tf.sqrt(tf.abs(x)))
  return tf.mul(tf.sign(x), tf.sub(tf.sqrt(tf.add(tf.abs(x), epsilon)), Math.sqrt(epsilon)))
}

/** Rows that are summed at a time. */
const BLOCK = 4096

/** The normalisation of that choice for features [N, d] to fit on: with their mean, where they are to be centred. */
export async function fitNormalisation(
  features: Matrix,
  { signedSquareRoot, unitNorm, center: isCentred }: NormaliseChoice,
): Promise<Normalisation> {
  const how = { signedSquareRoot, rootEpsilon: 0, unitNorm }
  if (!isCentred) return how
  const [count, width] = features.shape
  const center = new Float64Array(width)
  for (let begin = 0; begin < count; begin += BLOCK) {
    const end = Math.min(count, begin + BLOCK)
    const rows = { data: features.data.subarray(begin * width, end * width), shape: [end - begin, width] as const }
    const sum = await takeNumbers(tf.tidy(() => tf.sum(normalise(toTensor(rows), how), 0)))
    sum.forEach((value, j) => {
      center[j] += value / count
    })
  }
  return { ...how, center: Float32Array.from(center) }
}
