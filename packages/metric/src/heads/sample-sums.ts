import { InputError } from '@dml-crc/core/errors'
import * as tf from '@tensorflow/tfjs'
import { product } from '../coding/product.ts'
import { type Normalisation, normalise } from '../model/normalisation.ts'
import { checkFeatures, checkLabels, classCounts } from '../samples/checks.ts'
import { classMeans } from '../samples/class-means.ts'
import { type Features, mapRows, takeNumbers } from '../samples/matrix.ts'
import { type ClassScatter, classScatter } from './within-class.ts'

/** What ridge regression, LDA and class means are functions of: sums over samples, which parts of a set have and merge. */
export interface SampleSums {
  /** How the samples were normalised. */
  readonly normalisation: Normalisation
  /** d */
  readonly width: number
  /** n_c [C]; a part of a set need not have every class. */
  readonly counts: Float64Array
  /** m_c [C·d] the class means by rows, zeros where a class has no sample. */
  readonly means: Float64Array
  /** S_w [d·d] = Σ_i (x_i − m_{y_i})(x_i − m_{y_i})ᵀ by rows. */
  readonly scatter: Float64Array
}

export interface SumsOptions {
  /** C, that of the whole set. */
  classes: number
  /** As the methods take it; by default true. */
  signedSquareRoot?: boolean
  /** As the methods take it; by default true. */
  unitNorm?: boolean
}

/**
 * The sums of some samples, in memory for C·d + d² numbers beside them.
 * @param features [N, d] finite numbers as the network gives them
 * @param labels [N] classes 0 … C−1
 * @throws {InputError} for features or labels of another form.
 */
export async function sampleSums(
  features: Features,
  labels: ArrayLike<number>,
  { classes, signedSquareRoot = true, unitNorm = true }: SumsOptions,
): Promise<SampleSums> {
  const given = await checkFeatures(features)
  const own = checkLabels(labels, given.shape[0], classes)
  const normalisation = { signedSquareRoot, rootEpsilon: 0, unitNorm }
  const width = given.shape[1]
  const rows = await mapRows(given, width, (x) => normalise(x, normalisation))
  const scatter = await takeNumbers(
    tf.tidy(() => classScatter({ features: rows, labels: own, classes }).scatter.clone()),
  )
  return {
    normalisation,
    width,
    counts: Float64Array.from(classCounts(own, classes)),
    means: Float64Array.from(classMeans(rows, own, classes).data),
    scatter: Float64Array.from(scatter),
  }
}

/**
 * The sums of two parts of a set together. The order of parts changes no more than rounding.
 * Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance", The American Statistician 37, 1983, eq. 2.1.
 * @throws {InputError} for sums of another width, other classes or another normalisation.
 */
export async function mergeSums(a: SampleSums, b: SampleSums): Promise<SampleSums> {
  checkAlike(a, b)
  const { width } = a
  const counts = a.counts.map((count, c) => count + b.counts[c])
  const means = new Float64Array(a.means.length)
  // √(n n′/(n + n′))·(m − m′) of each class: the products of these rows are what both means being another adds.
  const apart = new Float32Array(a.means.length)
  counts.forEach((count, c) => {
    const weight = Math.sqrt((a.counts[c] * b.counts[c]) / (count || 1))
    const share = b.counts[c] / (count || 1)
    for (let at = c * width; at < (c + 1) * width; at++) {
      means[at] = (1 - share) * a.means[at] + share * b.means[at]
      apart[at] = weight * (a.means[at] - b.means[at])
    }
  })
  const between = await takeNumbers(
    tf.tidy(() => {
      const rows = tf.tensor2d(apart, [counts.length, width])
      return product(rows, rows, { a: true })
    }),
  )
  return { ...a, counts, means, scatter: a.scatter.map((value, i) => value + b.scatter[i] + between[i]) }
}

/** As what is fitted to samples takes them, on the engine: the caller disposes of them. */
export function scatterOfSums({ counts, means, scatter, width }: SampleSums): ClassScatter {
  const centre = centreOf({ counts, means, width })
  return {
    centre: tf.tensor2d(Float32Array.from(centre), [1, width]),
    means: tf.tensor2d(
      Float32Array.from(means, (value, i) => value - centre[i % width]),
      [counts.length, width],
    ),
    scatter: tf.tensor2d(Float32Array.from(scatter), [width, width]),
  }
}

/** The mean of all samples, [d]. */
function centreOf({ counts, means, width }: Pick<SampleSums, 'counts' | 'means' | 'width'>): Float64Array {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const centre = new Float64Array(width)
  means.forEach((value, i) => {
    centre[i % width] += (counts[Math.floor(i / width)] / total) * value
  })
  return centre
}

function checkAlike(a: SampleSums, b: SampleSums): void {
  const said = ({ counts, width, normalisation }: SampleSums) =>
    `${counts.length} classes, rows of ${width} numbers, ${JSON.stringify(normalisation)}`
  if (said(a) === said(b)) return
  throw new InputError('sums', {
    expected: said(a),
    received: said(b),
    remedy: 'Take the sums of every part with the options of the whole.',
  })
}
