import * as z from 'zod'
import { hostInverse } from '../../coding/ridge-code.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { ridgeWeight } from '../../model/arrays.ts'
import { ONLY_RESIDUALS, ruleOption } from './residual-rule.ts'

/** Each query is coded over all samples by ridge regression, and goes to the class whose part rebuilds it best. */
export const crc = defineMethod({
  name: 'crc',
  label: 'CRC',
  paper:
    'Zhang, Yang, Feng, "Sparse representation or collaborative representation: which helps face recognition?", ICCV 2011',
  options: {
    lambda: ridgeWeight.default(0.3).describe('λ, the weight of ‖α‖²'),
    rule: ruleOption,
    residuals: z
      .enum(['gram', 'direct'])
      .default('gram')
      .describe('How residuals are computed: quickly, or from the differences themselves, which keeps more digits'),
  },
  grid: { lambda: [0.01, 0.03, 0.1, 0.3, 1, 3] },
  async fit({ features, labels }, { lambda, rule, residuals }) {
    const inverse = await hostInverse(features, lambda)
    const code = { kind: 'ridge' as const, lambda, inverse }
    return {
      decision: { kind: 'collaborative', dictionary: features, labels, code, rule, residuals, weights: ONLY_RESIDUALS },
    }
  },
})
