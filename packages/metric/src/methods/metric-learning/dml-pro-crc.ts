import { defineMethod } from '../../fitting/define-method.ts'
import { learnMetric } from '../../learning/learn-metric.ts'
import { metricOptions } from '../../learning/metric-options.ts'
import { positive, ridgeWeight } from '../../model/arrays.ts'
import { mapped } from '../../model/open-embedding.ts'

const { earlyStop: _, ...options } = metricOptions

/**
 * A metric learned through ProCRC's code: every sample is coded by ProCRC over all others, and its class must have the part
 * closest to the whole. A row of the DML-CRC paper's table. Each step solves an N × N system: for thousands of samples.
 */
export const dmlProCrc = defineMethod({
  name: 'dmlProCrc',
  label: 'DML-ProCRC',
  paper: 'Chakraborti, McCane, Mills, Pal, arXiv 1905.01168, with the code of Cai, Zhang, Zuo, Feng, CVPR 2016',
  options: {
    ...options,
    lambda: ridgeWeight.default(0.1).describe('λ at the start; learned from there'),
    gamma: positive.default(1e-3).describe('γ, the weight of the distances between the whole and each class’s part'),
  },
  normaliseDefaults: { center: true },
  grid: { gamma: [1e-4, 1e-3, 1e-2] },
  async fit({ features, labels, views }, { gamma, ...given }, context) {
    const learning = { ...given, earlyStop: false as const }
    const learned = await learnMetric(views.features, views.images, learning, { ...context, gamma })
    const { embedding, lambda, weights, losses } = learned
    const dictionary = await mapped(features, embedding)
    const code = { kind: 'proCrc' as const, lambda, gamma }
    return {
      embedding,
      losses,
      decision: { kind: 'collaborative', dictionary, labels, code, rule: given.rule, residuals: 'gram', weights },
    }
  },
})
