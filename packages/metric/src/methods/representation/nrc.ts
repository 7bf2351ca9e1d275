import { hostInverse } from '../../coding/ridge-code.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { count, positive } from '../../model/arrays.ts'
import { ONLY_RESIDUALS } from './residual-rule.ts'

/** Non-negative representation classifier: codes may not be negative. */
export const nrc = defineMethod({
  name: 'nrc',
  label: 'NRC',
  paper:
    'Xu, An, Zhang, Zhang, "Sparse, collaborative, or nonnegative representation: which helps pattern classification?", arXiv 1806.04329',
  options: {
    mu: positive.default(0.1).describe('μ, the penalty of the alternating directions'),
    iterations: count.default(5).describe('Alternations'),
  },
  grid: { mu: [0.03, 0.1, 0.3, 1] },
  async fit({ features, labels }, { mu, iterations }) {
    const inverse = await hostInverse(features, mu / 2)
    const code = { kind: 'nonNegative' as const, mu, iterations, inverse }
    const how = { rule: 'plain', residuals: 'gram', weights: ONLY_RESIDUALS } as const
    return { decision: { kind: 'collaborative', dictionary: features, labels, code, ...how } }
  },
})
