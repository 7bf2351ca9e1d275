import { defineMethod } from '../../fitting/define-method.ts'
import { count, positive } from '../../model/arrays.ts'

/**
 * Robust ProCRC: absolute instead of squared errors and codes, by reweighted steps of ProCRC with
 * w_α = 1/max(|α|, 1e-4) and w_x = 1/max(|Dᵀα − q|, 1e-6). Each step of each query solves its own N × N system: for
 * hundreds of training samples, not for thousands.
 */
export const robustProCrc = defineMethod({
  name: 'robustProCrc',
  label: 'R-ProCRC',
  paper:
    'Cai, Zhang, Zuo, Feng, "A probabilistic collaborative representation based approach for pattern classification", CVPR 2016, section 3.4',
  options: {
    lambda: positive.default(0.05).describe('λ, the weight of Σ|α|'),
    gamma: positive.default(0.1).describe('γ, the weight of the distances between the whole and each class’s part'),
    iterations: count.default(10).describe('Reweighted steps'),
  },
  grid: { lambda: [0.01, 0.05, 0.2] },
  async fit({ features, labels }, options) {
    const { lambda, gamma, iterations } = options
    return { decision: { kind: 'robust', dictionary: features, labels, lambda, gamma, iterations } }
  },
})
