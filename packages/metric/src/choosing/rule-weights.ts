import { largest, type Matrix } from '../samples/matrix.ts'
import type { Judgement } from './climb.ts'

/** What codes say of held-out samples, before the parts of the decision rule are weighted. */
export interface RuleParts {
  /** r_c [n, C] */
  readonly residual: Matrix
  /** Σ_{i∈c} α_i [n, C] */
  readonly ridge: Matrix
  /** [n] the true classes. */
  readonly labels: Int32Array
}

/** The decision rule −s·r_c + t·Σ_{i∈c} α_i, and what it says of the samples that it was fitted to. */
export interface FittedRule extends Judgement {
  /** s */
  readonly residual: number
  /** t */
  readonly ridge: number
}

/** Newton steps for the logarithm of one number. */
const STEPS = 50
const TOLERANCE = 1e-7
/** Scores of this spread are as good as certain; samples that are separated perfectly would be scaled up without end. */
const MOST = 200

/**
 * Both parts of the decision rule count the same, each in units of its spread over all samples and classes; their common factor
 * is that of least cross-entropy on the held-out samples (temperature scaling), so that the softmax of the scores is a
 * calibrated probability.
 * Source of the second: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017.
 */
export function fitRule({ residual, ridge, labels }: RuleParts): FittedRule {
  const units = [spread(residual.data), spread(ridge.data)]
  const scores: Matrix = {
    data: residual.data.map((value, i) => -value / units[0] + ridge.data[i] / units[1]),
    shape: residual.shape,
  }
  const hits = Uint8Array.from(largest(scores), (label, i) => (label === labels[i] ? 1 : 0))
  const temperature = fitTemperature(scores, labels)
  return {
    hits,
    accuracy: hits.reduce((sum, hit) => sum + hit, 0) / labels.length,
    residual: temperature / units[0],
    ridge: temperature / units[1],
  }
}

/** The standard deviation of all numbers, or 1 where they are all alike. */
function spread(data: Float32Array): number {
  const mean = data.reduce((sum, value) => sum + value, 0) / data.length
  return Math.sqrt(data.reduce((sum, value) => sum + (value - mean) ** 2, 0) / data.length) || 1
}

/** exp of less than this is lost beside the 1 of the largest score. */
const NOTHING = -40

/**
 * The k > 0 of least mean cross-entropy of softmax(k·scores), which is convex in k: Newton's method, halved into the interval
 * that the sign of the derivative leaves.
 */
function fitTemperature(scores: Matrix, labels: Int32Array): number {
  const derivatives = crossEntropy(scores, labels)
  if (derivatives(MOST).slope <= 0) return MOST
  let [low, high] = [0, MOST]
  let k = 1
  for (let step = 0; step < STEPS && high - low > TOLERANCE * high; step++) {
    const { slope, curvature } = derivatives(k)
    if (slope > 0) high = k
    else low = k
    const next = k - slope / curvature
    const moved = next > low && next < high ? next : (low + high) / 2
    if (Math.abs(moved - k) < TOLERANCE * k) break
    k = moved
  }
  return k
}

/** The first two derivatives by k of the cross-entropy of softmax(k·scores), summed over the rows. */
function crossEntropy({ data, shape: [rows, classes] }: Matrix, labels: Int32Array) {
  const gaps = new Float64Array(data.length)
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * classes, (i + 1) * classes)
    let top = Number.NEGATIVE_INFINITY
    for (const score of row) top = Math.max(top, score)
    row.forEach((score, c) => {
      gaps[i * classes + c] = score - top
    })
  }
  return (k: number): { slope: number; curvature: number } => {
    let slope = 0
    let curvature = 0
    for (let i = 0; i < rows; i++) {
      let [sum, first, second] = [0, 0, 0]
      for (let c = i * classes; c < (i + 1) * classes; c++) {
        const gap = gaps[c]
        if (k * gap < NOTHING) continue
        const p = Math.exp(k * gap)
        sum += p
        first += p * gap
        second += p * gap * gap
      }
      slope += first / sum - gaps[i * classes + labels[i]]
      curvature += second / sum - (first / sum) ** 2
    }
    return { slope, curvature }
  }
}
