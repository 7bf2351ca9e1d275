import { hostInverse } from '../../coding/ridge-code.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { ridgeWeight } from '../../model/arrays.ts'
import type { Matrix } from '../../samples/matrix.ts'
import { ONLY_RESIDUALS, ruleOption } from './residual-rule.ts'

/** The features [N, d], each column times its weight. */
function weighted({ data, shape }: Matrix, weights: Float32Array): Matrix {
  return { data: data.map((value, i) => value * weights[i % shape[1]]), shape }
}

/** Variances below this share of the mean square are rounding errors of float32. */
const ROUNDING = 1e-13

/** 1/√(variance + ε) of each column, scaled so that the mean of the squares, tr M / d, is 1. */
function weightsOf({ data, shape: [rows, width] }: Matrix): Float32Array {
  const sums = new Float64Array(width)
  const squares = new Float64Array(width)
  data.forEach((value, i) => {
    sums[i % width] += value
    squares[i % width] += value * value
  })
  const variances = squares.map((square, j) => Math.max(0, square / rows - (sums[j] / rows) ** 2))
  const mean = variances.reduce((a, b) => a + b, 0) / width
  const energy = squares.reduce((a, b) => a + b, 0) / rows / width
  // Rows that are all alike have no variance to weigh by: what is left of it is rounding.
  if (!(mean > ROUNDING * energy)) return new Float32Array(width).fill(1)
  const precisions = variances.map((variance) => 1 / (variance + 0.01 * mean))
  const scale = width / precisions.reduce((a, b) => a + b, 0)
  return Float32Array.from(precisions, (precision) => Math.sqrt(precision * scale))
}

/**
 * Weighted CRC: CRC in a diagonal metric that counts features by the inverse of their variance. A hundredth of the
 * mean variance is added to each, so that a constant feature does not decide alone.
 */
export const wcrc = defineMethod({
  name: 'wcrc',
  label: 'WCRC',
  paper: 'Timofte, Van Gool, "Adaptive and weighted collaborative representations", Pattern Recognition Letters 2014',
  options: { lambda: ridgeWeight.default(0.3).describe('λ, the weight of ‖α‖²'), rule: ruleOption },
  grid: { lambda: [0.01, 0.03, 0.1, 0.3, 1, 3] },
  async fit({ features, labels }, { lambda, rule }) {
    const factor = weightsOf(features)
    const dictionary = weighted(features, factor)
    const code = { kind: 'ridge' as const, lambda, inverse: await hostInverse(dictionary, lambda) }
    return {
      embedding: { factor, unitLength: false },
      decision: { kind: 'collaborative', dictionary, labels, code, rule, residuals: 'gram', weights: ONLY_RESIDUALS },
    }
  },
})
