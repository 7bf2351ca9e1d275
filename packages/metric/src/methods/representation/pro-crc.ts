import { defineMethod } from '../../fitting/define-method.ts'
import { positive, ridgeWeight } from '../../model/arrays.ts'
import { ONLY_RESIDUALS } from './residual-rule.ts'

/** The code also keeps each class's part close to the whole, and the class whose part is closest to the whole wins. */
export const proCrc = defineMethod({
  name: 'proCrc',
  label: 'ProCRC',
  paper:
    'Cai, Zhang, Zuo, Feng, "A probabilistic collaborative representation based approach for pattern classification", CVPR 2016',
  options: {
    lambda: ridgeWeight.default(3).describe('λ, the weight of ‖α‖²'),
    gamma: positive.default(0.1).describe('γ, the weight of the distances between the whole and each class’s part'),
  },
  grid: { lambda: [0.03, 0.1, 0.3, 1, 3], gamma: [0.01, 0.1] },
  async fit({ features, labels }, { lambda, gamma }) {
    const code = { kind: 'proCrc' as const, lambda, gamma }
    const how = { rule: 'plain', residuals: 'gram', weights: ONLY_RESIDUALS } as const
    return { decision: { kind: 'collaborative', dictionary: features, labels, code, ...how } }
  },
})
