import { defineMethod } from '../../fitting/define-method.ts'
import { ridgeWeight } from '../../model/arrays.ts'
import { ONLY_RESIDUALS } from './residual-rule.ts'

/**
 * Nearest subspace classifier: each class codes the query alone, by least squares with a small ridge that keeps the
 * solution unique; the class of least residual wins.
 */
export const nsc = defineMethod({
  name: 'nsc',
  label: 'NSC',
  paper: 'Lee, Ho, Kriegman, "Acquiring linear subspaces for face recognition under variable lighting", PAMI 2005',
  options: {
    lambda: ridgeWeight
      .default(1e-5)
      .describe('λ, the weight of ‖α_c‖²: so small that it only keeps the solution unique, as the paper has none'),
  },
  grid: { lambda: [1e-3, 1e-2, 0.1, 1] },
  async fit({ features, labels }, { lambda }) {
    const code = { kind: 'classWise' as const, lambda }
    const how = { rule: 'plain', residuals: 'gram', weights: ONLY_RESIDUALS } as const
    return { decision: { kind: 'collaborative', dictionary: features, labels, code, ...how } }
  },
})
