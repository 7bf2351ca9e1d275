import { InputError } from '@dml-crc/core/errors'
import * as tf from '@tensorflow/tfjs'
import { arrange, type ClassLayout, classLayout } from '../../coding/class-layout.ts'
import { classLogits } from '../../coding/class-logits.ts'
import { collaborativeCodes } from '../../coding/codes.ts'
import { excludeGroups } from '../../coding/exclusion.ts'
import type { Rule } from '../../coding/residuals.ts'
import { checkLabels } from '../../samples/checks.ts'
import type { MetricParameters } from '../mahalanobis/metric-parameters.ts'
import { crossEntropy } from './cross-entropy.ts'

/** Numbers of classes or groups; a tensor is read at once, which the webgpu engine cannot do. */
export type Numbers = ArrayLike<number> | tf.Tensor1D

export interface CollaborativeLossInput {
  /** Q [B, d], for instance the features of a live batch, normalised. */
  queries: tf.Tensor2D
  /** [B] their classes. */
  labels: Numbers
  /**
   * D [N, d]: a bank of all training features, both together, or the batch itself: then each of its classes needs two
   * images in the batch at least, and classes are numbered within the batch (the datasets package has a sampler for it).
   */
  dictionary: tf.Tensor2D
  /** [N] their classes; each of 0 … C−1 must occur. */
  dictionaryLabels: Numbers
  /**
   * Which sample each query and each row of the dictionary is: a query is coded without the rows of its own group.
   * Leave-one-out: the sample's number; several views of one image: the image's number. Without it nothing is left
   * out, which is right only for queries that are not in the dictionary.
   */
  groups?: { queries: Numbers; dictionary: Numbers }
  /** L, λ and the weights of the decision rule. */
  parameters: MetricParameters
  /** Default `plain`. */
  rule?: Rule
  /** Share of each target that is spread evenly over all classes. Default 0. */
  smoothing?: number
  /** Spares the layout's computation where the same dictionary labels come again. */
  layout?: ClassLayout
}

const numbers = (given: Numbers): ArrayLike<number> => (given instanceof tf.Tensor ? given.dataSync() : given)

/**
 * The logits [B, C] of queries that are coded over a dictionary: differentiable with respect to queries, dictionary, L,
 * log λ and the log weights. Call it inside tf.tidy or tf.variableGrads.
 * @throws {InputError} for sizes or labels that do not fit, or a class that leaving out a group leaves empty.
 */
export function collaborativeLogits(input: CollaborativeLossInput): tf.Tensor2D {
  const { queries, dictionary, groups, parameters, rule = 'plain' } = input
  const dictionaryLabels = checkLabels(numbers(input.dictionaryLabels), dictionary.shape[0])
  const layout = input.layout ?? classLayout(dictionaryLabels)
  const labels = checkLabels(numbers(input.labels), queries.shape[0], layout.classes)
  const empty = layout.buckets.some(({ size }) => size === 0)
  if (queries.shape[1] !== dictionary.shape[1] || empty) {
    throw new InputError('dictionary', {
      expected: `rows of ${queries.shape[1]} numbers, as the queries have, and samples of every class`,
      received: empty ? 'a class without samples' : `rows of ${dictionary.shape[1]}`,
      remedy: 'Take both from the same features, and keep all classes in the dictionary.',
    })
  }
  const of = { queries: labels, dictionary: dictionaryLabels }
  const exclusion = groups && excludeGroups(numbers(groups.queries), numbers(groups.dictionary), layout, of)
  // Arranged after L, which leaves fewer numbers of each.
  const d = arrange(parameters.embed(dictionary), layout)
  const q = parameters.embed(queries)
  const alpha = collaborativeCodes(q, d, parameters.lambda(), exclusion)
  return classLogits({
    alpha,
    dictionary: { d, layout },
    queries: q,
    exclusion,
    weights: parameters.weights(),
    rule,
  })
}

/**
 * The discriminative collaborative loss of DML-CRC: the cross-entropy of softmax(logits), a scalar. See
 * {@link collaborativeLogits} for what it is differentiable by.
 */
export function collaborativeLoss(input: CollaborativeLossInput): tf.Scalar {
  return crossEntropy(collaborativeLogits(input), numbers(input.labels), { smoothing: input.smoothing })
}
