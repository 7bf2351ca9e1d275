import { NumericalError } from '@dml-crc/core/errors'
import * as z from 'zod'
import { classCounts } from '../../samples/checks.ts'
import type { Matrix } from '../../samples/matrix.ts'
import { labels, matrix, positive, count as whole } from '../arrays.ts'
import type { DecisionSizes, HostDecision } from './decision.ts'

/**
 * Each query is coded by reweighted steps of ProCRC, each an N × N system of its own: solved on the host in float64,
 * because the weights span many orders.
 */
export const RobustDecision = z.strictObject({
  kind: z.literal('robust'),
  /** D̂ [N, r] the embedded samples. */
  dictionary: matrix,
  /** [N] */
  labels,
  lambda: positive,
  gamma: positive,
  iterations: whole,
})
export type RobustDecision = Readonly<z.infer<typeof RobustDecision>>

export const robustSizes = ({ dictionary, labels }: RobustDecision): DecisionSizes => ({
  width: dictionary.shape[1],
  classes: classCounts(labels).length,
  agree: [['labels', dictionary.shape[0], labels.length]],
})

/** Solves a x = b in place, a [n, n] symmetric positive definite by rows, in float64. */
function solvePositive(a: Float64Array, b: Float64Array): void {
  const n = b.length
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = a[i * n + j]
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k]
      if (i === j && !(sum > 0)) {
        const remedy = 'Raise lambda.'
        throw new NumericalError('R-ProCRC', { expected: 'a positive pivot', received: `${sum}`, remedy })
      }
      a[i * n + j] = i === j ? Math.sqrt(sum) : sum / a[j * n + j]
    }
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i] -= a[i * n + k] * b[k]
    b[i] /= a[i * n + i]
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) b[i] -= a[k * n + i] * b[k]
    b[i] /= a[i * n + i]
  }
}

/** Σ_k x_k y_k w_k over two rows. */
function inner(d: Float32Array, i: number, j: number, width: number, w?: Float64Array): number {
  let sum = 0
  for (let k = 0; k < width; k++) sum += d[i * width + k] * d[j * width + k] * (w ? w[k] : 1)
  return sum
}

export function openRobust({ dictionary, labels, lambda, gamma, iterations }: RobustDecision): HostDecision {
  const {
    data: d,
    shape: [count, width],
  } = dictionary
  const classes = classCounts(labels).length
  // γ((C−2)G + blkdiag(G_cc)), which no weight changes.
  const fixed = new Float64Array(count * count)
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      const times = classes - 2 + (labels[i] === labels[j] ? 1 : 0)
      fixed[i * count + j] = gamma * times * inner(d, i, j, width)
    }
  }

  function residualsOf(q: Float32Array): Float64Array {
    const alpha = new Float64Array(count)
    const whole = new Float64Array(width)
    const a = new Float64Array(count * count)
    let ofCodes = new Float64Array(count).fill(1)
    let ofErrors = new Float64Array(width).fill(1)
    // One solution without weights, and then the reweighted ones.
    for (let turn = 0; turn <= iterations; turn++) {
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++) a[i * count + j] = fixed[i * count + j] + inner(d, i, j, width, ofErrors)
        a[i * count + i] += lambda * ofCodes[i]
        alpha[i] = 0
        for (let k = 0; k < width; k++) alpha[i] += d[i * width + k] * ofErrors[k] * q[k]
      }
      solvePositive(a, alpha)
      whole.fill(0)
      for (let i = 0; i < count; i++) for (let k = 0; k < width; k++) whole[k] += alpha[i] * d[i * width + k]
      ofCodes = alpha.map((code) => 1 / Math.max(Math.abs(code), 1e-4))
      ofErrors = whole.map((value, k) => 1 / Math.max(Math.abs(value - q[k]), 1e-6))
    }
    return Float64Array.from({ length: classes }, (_, c) => {
      const left = Float64Array.from(whole)
      for (let i = 0; i < count; i++) {
        if (labels[i] !== c) continue
        for (let k = 0; k < width; k++) left[k] -= alpha[i] * d[i * width + k]
      }
      return left.reduce((sum, value) => sum + value * value, 0)
    })
  }

  return {
    hostScores({ data, shape: [rows] }) {
      const scores = new Float32Array(rows * classes)
      for (let i = 0; i < rows; i++) {
        const residuals = residualsOf(data.slice(i * width, (i + 1) * width))
        // From the least one: the parts that all classes share would take float32's digits from their differences.
        const least = residuals.reduce((a, b) => Math.min(a, b))
        scores.set(
          residuals.map((value) => least - value),
          i * classes,
        )
      }
      return { data: scores, shape: [rows, classes] } satisfies Matrix
    },
  }
}
