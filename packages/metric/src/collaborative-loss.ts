import { InputError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { arrange, type ClassLayout, classLayout } from './class-layout.ts'
import { classResiduals, type Rule } from './class-residuals.ts'
import { excludeGroups } from './exclusion.ts'
import type { Mahalanobis } from './mahalanobis.ts'
import { checkLabels } from './matrix.ts'

export interface CollaborativeLossInput {
  /** Q [B, d], for instance the features of a live batch. */
  queries: tf.Tensor2D
  /** [B] their classes. */
  labels: ArrayLike<number>
  /** D [N, d]: the batch itself, a bank of all training features, or both together. */
  dictionary: tf.Tensor2D
  /** [N] their classes; each of 0 … C−1 must occur. */
  dictionaryLabels: ArrayLike<number>
  /**
   * Which sample each query and each row of the dictionary is: a query is coded without the rows of its own group.
   * Leave-one-out: the sample's number; several views of one image: the image's number. Without it nothing is left
   * out, which is right only for queries that are not in the dictionary.
   */
  groups?: { queries: ArrayLike<number>; dictionary: ArrayLike<number> }
  /** The metric L. Without it the features are taken as they are. */
  metric?: Mahalanobis
  /** log λ; a variable where it is learned. */
  logLambda: tf.Scalar
  /** log s, the temperature of the softmax over −r; a variable where it is learned. */
  logTemperature: tf.Scalar
  /** Default `plain`. */
  rule?: Rule
  /** Share of each target that is spread evenly over all classes. Default 0. */
  smoothing?: number
  /** Spares the layout's computation where the same dictionary labels come again. */
  layout?: ClassLayout
}

/**
 * The logits −s·r_c [B, C] of the discriminative loss: differentiable with respect to queries, dictionary, L, log λ
 * and log s. Call it inside tf.tidy or tf.variableGrads.
 * @throws {InputError} for sizes or labels that do not fit, or a class that leaving out a group leaves empty.
 */
export function collaborativeLogits(input: CollaborativeLossInput): tf.Tensor2D {
  const { queries, dictionary, groups, metric, logLambda, logTemperature, rule = 'plain' } = input
  const dictionaryLabels = checkLabels(input.dictionaryLabels, dictionary.shape[0])
  const layout = input.layout ?? classLayout(dictionaryLabels)
  const labels = checkLabels(input.labels, queries.shape[0], layout.classes)
  const empty = layout.buckets.some(({ size }) => size === 0)
  if (queries.shape[1] !== dictionary.shape[1] || empty) {
    throw new InputError('dictionary', {
      expected: `rows of ${queries.shape[1]} numbers, as the queries have, and samples of every class`,
      received: empty ? 'a class without samples' : `rows of ${dictionary.shape[1]}`,
      remedy: 'Take both from the same features, and keep all classes in the dictionary.',
    })
  }
  const exclusion =
    groups &&
    excludeGroups(groups.queries, groups.dictionary, layout, { queries: labels, dictionary: dictionaryLabels })
  const map = (x: tf.Tensor2D) => (metric ? metric.apply(x) : x)
  const mapped = map(arrange(dictionary, layout))
  const lambda = tf.exp(logLambda) as tf.Scalar
  const residuals = classResiduals(map(queries), mapped, lambda, { layout, rule, exclusion })
  return tf.mul(residuals, tf.neg(tf.exp(logTemperature))) as tf.Tensor2D
}

export interface CrossEntropyOptions {
  /** [B] how much each row counts. Default 1 each. */
  weights?: tf.Tensor1D
  /** Share of each target that is spread evenly over all classes. Default 0. */
  smoothing?: number
}

/** The mean cross-entropy [] of softmax(logits [B, C]) at the labels [B]. */
export function crossEntropy(
  logits: tf.Tensor2D,
  labels: ArrayLike<number>,
  { weights, smoothing = 0 }: CrossEntropyOptions = {},
): tf.Scalar {
  const classes = logits.shape[1]
  const rest = smoothing / classes
  const own = tf.oneHot(tf.tensor1d(Int32Array.from(labels), 'int32'), classes).toFloat()
  const target = tf.add(tf.mul(own, 1 - smoothing), rest)
  const each = tf.neg(tf.sum(tf.mul(tf.logSoftmax(logits), target), 1))
  return (weights ? tf.div(tf.sum(tf.mul(each, weights)), tf.sum(weights)) : tf.mean(each)) as tf.Scalar
}

/**
 * The discriminative collaborative loss of DML-CRC: the cross-entropy of softmax(−s·r_c) over the class residuals of
 * each query's collaborative code, a scalar. See {@link collaborativeLogits} for what it is differentiable by.
 */
export function collaborativeLoss(input: CollaborativeLossInput): tf.Scalar {
  return crossEntropy(collaborativeLogits(input), input.labels, { smoothing: input.smoothing })
}
