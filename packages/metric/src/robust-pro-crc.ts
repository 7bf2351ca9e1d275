import { NumericalError } from '@dml-crc/core'
import type { Matrix } from '@dml-crc/core/arrays'
import { type Classifier, largest } from './classifier.ts'
import { checkCount, checkFeatures, checkLabelled, checkPositive } from './matrix.ts'

export interface RobustProCrcOptions {
  /** Weight of Σ|α|, above 0. Default 0.05. */
  lambda?: number
  /** Weight of the distances between the whole and each class's part, above 0. Default 0.1. */
  gamma?: number
  /** Reweighted steps. Default 10. */
  iterations?: number
}

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

/**
 * Robust ProCRC: absolute instead of squared errors and codes, by reweighted steps of ProCRC with
 * w_α = 1/max(|α|, 1e-4) and w_x = 1/max(|Dᵀα − q|, 1e-6). The class rule is ProCRC's.
 *
 * Each step of each query has its own N × N system, solved on the host in float64 because the weights span many orders:
 * for hundreds of training samples, not for thousands.
 * Source: Cai, Zhang, Zuo, Feng, CVPR 2016, section 3.4.
 * @throws {InputError} when an option is not positive.
 */
export function robustProCrc({ lambda = 0.05, gamma = 0.1, iterations = 10 }: RobustProCrcOptions = {}): Classifier {
  checkPositive('lambda', lambda)
  checkPositive('gamma', gamma)
  checkCount('iterations', iterations)
  return {
    name: `R-ProCRC (λ=${lambda}, γ=${gamma})`,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const [count, width] = checked.features.shape
      const { data: d } = checked.features
      const { classes } = checked
      // γ((C−2)G + blkdiag(G_cc)), which no weight changes.
      const fixed = new Float64Array(count * count)
      for (let i = 0; i < count; i++) {
        for (let j = 0; j <= i; j++) {
          const times = classes - 2 + (checked.labels[i] === checked.labels[j] ? 1 : 0)
          fixed[i * count + j] = gamma * times * inner(d, i, j, width)
        }
      }

      function residualsOf(q: Float32Array): Float32Array {
        const alpha = new Float64Array(count)
        const whole = new Float64Array(width)
        const a = new Float64Array(count * count)
        let ofCodes = new Float64Array(count).fill(1)
        let ofErrors = new Float64Array(width).fill(1)
        for (let turn = 0; turn < iterations; turn++) {
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
        return Float32Array.from({ length: classes }, (_, c) => {
          const left = Float64Array.from(whole)
          for (let i = 0; i < count; i++) {
            if (checked.labels[i] !== c) continue
            for (let k = 0; k < width; k++) left[k] -= alpha[i] * d[i * width + k]
          }
          return left.reduce((sum, value) => sum + value * value, 0)
        })
      }

      return {
        async predict(queries) {
          const rows = await checkFeatures(queries, 'queries', width)
          const residuals: Matrix = { data: new Float32Array(rows.shape[0] * classes), shape: [rows.shape[0], classes] }
          for (let i = 0; i < rows.shape[0]; i++) {
            residuals.data.set(residualsOf(rows.data.slice(i * width, (i + 1) * width)), i * classes)
          }
          const scores: Matrix = { data: residuals.data.map((value) => -value), shape: residuals.shape }
          return { labels: largest(scores), scores, residuals }
        },
        dispose() {},
      }
    },
  }
}
