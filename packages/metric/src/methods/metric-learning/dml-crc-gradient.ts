import { hostInverse } from '../../coding/ridge-code.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { learnMetric } from '../../learning/learn-metric.ts'
import { metricOptions } from '../../learning/metric-options.ts'
import { mapped } from '../../model/open-embedding.ts'

/**
 * DML-CRC with an L whose every number is learned by gradient steps, so that the code of each sample over all others finds its
 * class: where training end to end starts from. On frozen features of few samples `dmlCrc` is better.
 */
export const dmlCrcGradient = defineMethod({
  name: 'dmlCrcGradient',
  label: 'DML-CRC, gradient',
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
      decision: { kind: 'collaborative', dictionary, labels, code, rule: options.rule, residuals: 'gram', weights },
    }
  },
})
