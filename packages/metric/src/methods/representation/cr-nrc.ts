import { defineMethod } from '../../fitting/define-method.ts'
import { count, positive, ridgeWeight } from '../../model/arrays.ts'
import { ONLY_RESIDUALS } from './residual-rule.ts'

/**
 * Class-specific residual constraint non-negative representation: codes may not be negative, and each class's part alone is
 * also kept close to the query, min ‖q − Dᵀc‖² + λ Σ_c ‖q − D_cᵀc_c‖² with c ≥ 0. Objective, updates and settings are those of
 * the authors' published code.
 */
export const crNrc = defineMethod({
  name: 'crNrc',
  label: 'CRNRC',
  paper:
    'Yin, Wu, "Class-specific residual constraint non-negative representation for pattern classification", J. Electronic Imaging 29(2), 2020, arXiv 1911.09953',
  options: {
    lambda: ridgeWeight.default(1e-3).describe('λ, the weight of the residuals of each class alone'),
    mu: positive.default(0.1).describe('μ, the penalty of the alternating directions'),
    iterations: count.default(5).describe('Alternations'),
  },
  grid: { lambda: [1e-3, 1e-2, 0.1], mu: [0.03, 0.1, 0.3, 1] },
  async fit({ features, labels }, { lambda, mu, iterations }) {
    const code = { kind: 'classResidual' as const, lambda, mu, iterations }
    const how = { rule: 'plain', residuals: 'gram', weights: ONLY_RESIDUALS } as const
    return { decision: { kind: 'collaborative', dictionary: features, labels, code, ...how } }
  },
})
