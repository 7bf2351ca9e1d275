import type { Prng } from '@dml-crc/core/prng'
import type { OnProgress } from '@dml-crc/core/progress'
import type * as z from 'zod'
import { hostInverse } from '../coding/ridge-code.ts'
import { defineMethod } from '../fitting/define-method.ts'
import { learnMetric } from '../learning/learn-metric.ts'
import { metricOptions } from '../learning/metric-options.ts'
import type { CollaborativeModel } from '../model/model.ts'
import { mapped } from '../model/open-embedding.ts'
import type { Features } from '../samples/matrix.ts'

/**
 * The distance metric learned collaborative representation classifier on frozen features: a metric is learned so that the
 * code of every sample over all others finds its class, then queries are coded in that metric.
 */
export const dmlCrc = defineMethod({
  name: 'dmlCrc',
  label: 'DML-CRC',
  paper:
    'Chakraborti, McCane, Mills, Pal, "Distance metric learned collaborative representation classifier", arXiv 1905.01168',
  baseline: false,
  options: metricOptions,
  normaliseDefaults: { center: true },
  grid: { lambda: [0.03, 0.1, 0.3, 1], rank: [64, 256] },
  async fit({ features, labels, views }, options, context) {
    const learned = await learnMetric(views.features, views.images, options, context)
    const { embedding, lambda, weights, losses } = learned
    const dictionary = await mapped(features, embedding)
    const code = { kind: 'ridge' as const, lambda, inverse: await hostInverse(dictionary, lambda) }
    return {
      embedding,
      losses,
      decision: { kind: 'collaborative', dictionary, labels, code, rule: options.rule, form: 'gram', weights },
    }
  },
})

export type FitDmlCrcOptions = z.input<typeof dmlCrc.options> & {
  /** [N] which rows are views of one image. Each step takes one random view of each, the dictionary their mean. */
  groups?: ArrayLike<number>
  /** [C] kept in the model. */
  classNames?: readonly string[]
  /** Decides noise, views and folds. Default `Prng.fromSeed(0)`. */
  prng?: Prng
  onProgress?: OnProgress
}

/**
 * Fits DML-CRC to features as the network gives them; normalisation is part of the model.
 * @param features [N, d] finite numbers
 * @param labels [N] classes 0 … C−1, two or more images each
 * @throws {InputError} for features, labels or options of another form, before any work.
 * @throws {NumericalError} when the loss stops being finite.
 */
export function fitDmlCrc(
  features: Features,
  labels: ArrayLike<number>,
  { groups, classNames, prng, onProgress, ...options }: FitDmlCrcOptions = {},
): Promise<CollaborativeModel> {
  return dmlCrc.make(options, { prng, onProgress }).fit(features, labels, { groups, classNames })
}
