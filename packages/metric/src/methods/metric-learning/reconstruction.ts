import { hostInverse } from '../../coding/ridge-code.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { learnByReconstruction } from '../../learning/learn-by-reconstruction.ts'
import { checkPairs } from '../../learning/learn-metric.ts'
import { count, positive } from '../../model/arrays.ts'
import { mapped } from '../../model/open-embedding.ts'
import { ONLY_RESIDUALS } from '../representation/residual-rule.ts'

/** CRC in a metric that is learned to rebuild each sample from the others of its class. */
export const reconstruction = defineMethod({
  name: 'reconstruction',
  label: 'DML-CRC, reconstruction',
  paper: 'the collaborative loss alone, with −log det M against its collapse to M = 0; see the README',
  baseline: false,
  options: {
    lambda: positive.default(0.3).describe('λ, the weight of ‖α‖²'),
    logDet: positive.default(1).describe('τ, the weight of −log det M: without it the loss is least at M = 0'),
    epsilon: positive
      .default(0.1)
      .describe('ε added to the second moment of the error, relative to its mean eigenvalue'),
    iterations: count.default(5).describe('Alternations of codes and metric'),
  },
  grid: { lambda: [0.03, 0.1, 0.3, 1, 3] },
  async fit({ features, labels }, options) {
    checkPairs(labels)
    const { factor, losses } = await learnByReconstruction(features, labels, options)
    const embedding = { factor, unitLength: false }
    const dictionary = await mapped(features, embedding)
    const { lambda } = options
    const code = { kind: 'ridge' as const, lambda, inverse: await hostInverse(dictionary, lambda) }
    const how = { rule: 'plain', residuals: 'gram', weights: ONLY_RESIDUALS } as const
    return { embedding, losses, decision: { kind: 'collaborative', dictionary, labels, code, ...how } }
  },
})
