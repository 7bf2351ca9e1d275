import * as tf from '@tensorflow/tfjs'
import { membership, sumByClass, toClasses } from './class-layout.ts'
import type { Exclusion } from './exclusion.ts'
import { product } from './product.ts'
import { classResiduals, type Dictionary, type ResidualsBy, type Rule } from './residuals.ts'

/** A weight of the decision rule; 0 leaves its part out, a tensor is one that is learned. */
export type Weight = number | tf.Scalar

/** How much each part of the decision rule counts. */
export interface RuleWeights<T extends Weight = Weight> {
  /** s, of the class residuals: the temperature of DML-CRC. */
  readonly residual: T
  /** u, of the cosine between a query and the mean of a class. */
  readonly mean: T
  /** t, of the sum of a class's codes: the score of ridge regression on one-hot targets. */
  readonly ridge: T
}

export interface LogitsInput {
  /** α [N', B], in the layout's order. */
  readonly alpha: tf.Tensor2D
  readonly dictionary: Dictionary
  /** [B, r] what was coded. Without it every row of the dictionary was, each without itself. */
  readonly queries?: tf.Tensor2D
  /** [B, r] what the residuals are measured from: the queries, if not the whole reconstruction as in ProCRC. */
  readonly targets?: tf.Tensor2D
  /** Which rows each query was coded without: the means of their classes are taken without them too. */
  readonly exclusion?: Exclusion
  readonly weights: RuleWeights
  readonly rule: Rule
  readonly residuals?: ResidualsBy
}

const isZero = (weight: Weight) => weight === 0

/**
 * The decision rule of the whole CRC family, logits [B, C] of classes from one code:
 * −s·r_c + u·cos(q̂, mean of class c) + t·Σ_{i∈c} α_i. Training, prediction and export all call this function. Differentiable
 * with respect to every tensor in it. Call it inside tf.tidy.
 */
export function classLogits(input: LogitsInput): tf.Tensor2D {
  const { alpha, dictionary, queries, targets = queries, weights, rule, residuals } = input
  const parts: tf.Tensor2D[] = []
  if (!isZero(weights.residual)) {
    const left = classResiduals(alpha, dictionary, { targets, rule, residuals })
    parts.push(tf.mul(left, tf.neg(weights.residual)))
  }
  if (!isZero(weights.mean)) parts.push(tf.mul(meanCosines(input), weights.mean))
  if (!isZero(weights.ridge)) parts.push(tf.mul(sumByClass(alpha, dictionary.layout), weights.ridge))
  return toClasses(parts.length === 1 ? parts[0] : tf.addN(parts), dictionary.layout)
}

/** Keeps the length of a zero vector from dividing by zero. */
const TINY = 1e-12

const lengths = (squares: tf.Tensor) => tf.sqrt(tf.add(tf.relu(squares), TINY))

/**
 * cos(q̂, Σ_{i∈c} x̂_i) [C, B] in the layout's order of classes. What a query was coded without, x, is taken off the sum S
 * of its class: (S − x)·q̂, with ‖S − x‖² = ‖S‖² − 2S·x + ‖x‖².
 */
function meanCosines({ dictionary, queries, exclusion }: LogitsInput): tf.Tensor2D {
  const { d, layout } = dictionary
  const sums = sumByClass(d, layout)
  const asked = queries ?? d
  const inner = product(sums, asked, { b: true })
  const energy = tf.expandDims(tf.sum(tf.square(asked), 1), 0)
  const squares = tf.sum(tf.square(sums), 1, true)
  const left = queries ? exclusion && leftOut(dictionary, exclusion) : { rows: d, own: membership(layout) }
  if (!left) return tf.div(inner, tf.mul(lengths(squares), lengths(energy)))
  const { rows, own } = left
  const across = rows === asked ? energy : tf.expandDims(tf.sum(tf.mul(rows, asked), 1), 0)
  const square = rows === asked ? energy : tf.expandDims(tf.sum(tf.square(rows), 1), 0)
  const onSums = rows === asked ? inner : product(sums, rows, { b: true })
  const rest = tf.add(squares, tf.mul(own, tf.sub(square, tf.mul(onSums, 2))))
  return tf.div(tf.sub(inner, tf.mul(own, across)), tf.mul(lengths(rest), lengths(energy)))
}

/** The sum [B, r] of the rows that each query leaves out, which are of one class, and 1 at that class in [C, B]. */
function leftOut({ d, layout }: Dictionary, exclusion: Exclusion): { rows: tf.Tensor2D; own: tf.Tensor2D } | undefined {
  const most = Math.max(...exclusion.map((rows) => rows.length))
  if (most === 0) return undefined
  const count = exclusion.length
  const places = new Int32Array(count * most)
  const present = new Float32Array(count * most)
  exclusion.forEach((rows, b) => {
    rows.forEach((row, j) => {
      places[b * most + j] = row
      present[b * most + j] = 1
    })
  })
  const rows = tf.mul(tf.gather(d, tf.tensor1d(places, 'int32')), tf.tensor2d(present, [count * most, 1]))
  const firsts = tf.tensor1d(
    exclusion.map(([first = 0]) => first),
    'int32',
  )
  const some = tf.tensor1d(exclusion.map((rows) => Math.min(rows.length, 1)))
  return {
    rows: tf.sum(tf.reshape(rows, [count, most, d.shape[1]]), 1),
    own: tf.mul(tf.gather(membership(layout), firsts, 1), some),
  }
}
