import { InputError } from '@dml-crc/core/errors'
import type { Calibration } from '../model/model.ts'
import { calibrated } from '../model/open.ts'
import { checkLabels } from '../samples/checks.ts'
import type { Matrix } from '../samples/matrix.ts'

/** The logarithms of the temperatures that are looked at, and the steps of the golden section among them. */
const RANGE = [Math.log(1e-3), Math.log(1e4)] as const
const STEPS = 60

/**
 * Chooses how scores become probabilities from scores of samples that the classifier was not fitted on: the temperature s
 * of softmax(s · scores) with the least negative log-likelihood, and the probability that the likeliest class exceeds for
 * the share `keep` of them; below it a query shows none of the classes.
 * Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, section 4.2; the threshold on
 * the largest probability is that of Hendrycks, Gimpel, "A baseline for detecting misclassified and out-of-distribution
 * examples", ICLR 2017.
 *
 * @param scores [N, C] of held-out samples
 * @param labels [N] their classes
 * @throws {InputError} for labels that do not fit the scores, or a share outside 0 … 1.
 */
export function calibrate(scores: Matrix, labels: ArrayLike<number>, { keep = 0.95 } = {}): Required<Calibration> {
  if (!(keep > 0 && keep <= 1)) {
    const remedy = 'Pass the share of known samples that is to be kept, 0.95 for example.'
    throw new InputError('keep', { expected: 'a share above 0, at most 1', received: String(keep), remedy })
  }
  const truth = checkLabels(labels, ...(scores.shape as [number, number]))
  const temperature = Math.exp(leastOf((logarithm) => negativeLogLikelihood(scores, truth, Math.exp(logarithm))))
  const { probabilities } = calibrated(scores, { temperature })
  const [rows, classes] = scores.shape
  const largest = Array.from({ length: rows }, (_, i) =>
    probabilities.data.subarray(i * classes, (i + 1) * classes).reduce((a, b) => Math.max(a, b)),
  ).sort((a, b) => a - b)
  return { temperature, threshold: largest[Math.floor((1 - keep) * rows)] }
}

/** The mean of −log softmax(s · scores) at the true class. */
function negativeLogLikelihood({ data, shape: [rows, classes] }: Matrix, labels: Int32Array, s: number): number {
  let sum = 0
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * classes, (i + 1) * classes)
    const top = row.reduce((a, b) => Math.max(a, b))
    let total = 0
    for (const score of row) total += Math.exp(s * (score - top))
    sum += Math.log(total) - s * (row[labels[i]] - top)
  }
  return sum / rows
}

/** The minimum of a convex function of the scale, by golden section. */
function leastOf(f: (logarithm: number) => number): number {
  const ratio = (Math.sqrt(5) - 1) / 2
  let [low, high] = RANGE as readonly [number, number]
  for (let step = 0; step < STEPS; step++) {
    const [left, right] = [high - ratio * (high - low), low + ratio * (high - low)]
    if (f(left) <= f(right)) high = right
    else low = left
  }
  return (low + high) / 2
}
