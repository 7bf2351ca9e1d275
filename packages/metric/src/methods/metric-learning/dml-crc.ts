import type { Prng } from '@dml-crc/core/prng'
import type { OnProgress } from '@dml-crc/core/progress'
import * as z from 'zod'
import { chooseMetric } from '../../choosing/choose-metric.ts'
import { samplesAt } from '../../choosing/samples-at.ts'
import { scatterMetric } from '../../choosing/scatter-metric.ts'
import { hostInverse } from '../../coding/ridge-code.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { checkPairs } from '../../learning/learn-metric.ts'
import { positive } from '../../model/arrays.ts'
import type { CollaborativeModel } from '../../model/model.ts'
import { mapped } from '../../model/open-embedding.ts'
import { type Features, toMatrix } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'

const CHOSEN = 'chosen on held-out samples when absent'

/**
 * The distance metric learned collaborative representation classifier. The metric M = LᵀL is learned from the scatter of the
 * samples within and between classes (`scatterMetric`); its two numbers, the kernel that codes are taken in and λ are those of
 * the highest accuracy on held-out samples, which are coded over the others.
 */
export const dmlCrc = defineMethod({
  name: 'dmlCrc',
  label: 'DML-CRC',
  paper:
    'Chakraborti, McCane, Mills, Pal, "Distance metric learned collaborative representation classifier", arXiv 1905.01168',
  baseline: false,
  options: {
    shrinkage: positive
      .optional()
      .describe(`How much of the mean variance within classes is added to every direction before whitening; ${CHOSEN}`),
    between: z
      .number()
      .min(0)
      .optional()
      .describe(`Exponent that stretches directions in which class means differ; ${CHOSEN}`),
    gamma: z
      .number()
      .min(0)
      .optional()
      .describe(`γ of the Gaussian kernel that codes are taken in, 0 for plain inner products; ${CHOSEN}`),
    lambda: positive.optional().describe(`λ of the code; ${CHOSEN}`),
  },
  normaliseDefaults: { center: true },
  async fit(samples, { shrinkage, between, gamma, lambda }, { onProgress }) {
    const { features, labels } = samples
    checkPairs(labels)
    const { candidate, rule, chosen } = await chooseMetric(samples, { shrinkage, between, gamma, lambda }, onProgress)
    const factor = await withTensors(async (own) => {
      const metric = own(scatterMetric(samplesAt(samples).views))
      return toMatrix(own(await metric.factor(candidate)))
    })
    const embedding = { factor, unitLength: true }
    const dictionary = await mapped(features, embedding)
    const kernel = candidate.gamma > 0 ? candidate.gamma : undefined
    const inverse = await hostInverse(dictionary, candidate.lambda, kernel)
    return {
      embedding,
      chosen,
      decision: {
        kind: 'collaborative',
        dictionary,
        labels,
        ...(kernel !== undefined && { gamma: kernel }),
        code: { kind: 'ridge', lambda: candidate.lambda, inverse },
        rule: 'plain',
        residuals: 'gram',
        weights: { residual: rule.residual, mean: 0, ridge: rule.ridge },
      },
    }
  },
})

export type FitDmlCrcOptions = z.input<typeof dmlCrc.options> & {
  /** [N] which rows are views of one image: the dictionary has their mean, the scatters are taken of the single views. */
  groups?: ArrayLike<number>
  /** [C] kept in the model. */
  classNames?: readonly string[]
  prng?: Prng
  onProgress?: OnProgress
}

/**
 * Fits DML-CRC to features as the network gives them; normalisation is part of the model, and every option that is not given
 * is chosen on samples held out of these.
 * @param features [N, d] finite numbers
 * @param labels [N] classes 0 … C−1, two or more images each
 * @throws {InputError} for features, labels or options of another form, before any work.
 */
export function fitDmlCrc(
  features: Features,
  labels: ArrayLike<number>,
  { groups, classNames, prng, onProgress, ...options }: FitDmlCrcOptions = {},
): Promise<CollaborativeModel> {
  return dmlCrc.make(options, { prng, onProgress }).fit(features, labels, { groups, classNames })
}
