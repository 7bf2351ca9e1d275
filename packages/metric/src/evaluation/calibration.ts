import { InputError } from '@dml-crc/core/errors'
import { checkWhole } from '@dml-crc/core/numbers'
import { checkLabels } from '../samples/checks.ts'
import { largest, type Matrix } from '../samples/matrix.ts'

/** Predictions whose confidence lies in one bin. */
export interface ReliabilityBin {
  /** Mean probability of the predicted class. */
  readonly confidence: number
  /** Share of right predictions. */
  readonly accuracy: number
  readonly count: number
}

/**
 * The reliability diagram: accuracy beside confidence, over bins of equal width, those without predictions left out.
 * Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, section 2.
 *
 * @param probabilities [B, C], each row a distribution, such as the probabilities of a `Prediction`
 * @param labels [B] the true classes
 * @throws {InputError} for rows that are not distributions.
 */
export function reliability(
  probabilities: Matrix,
  labels: ArrayLike<number>,
  { bins = 15 }: { bins?: number } = {},
): ReliabilityBin[] {
  checkWhole('bins', bins)
  const [rows, classes] = probabilities.shape
  const truth = checkLabels(labels, rows, classes)
  const predicted = largest(probabilities)
  const sums = Array.from({ length: bins }, () => ({ confidence: 0, right: 0, count: 0 }))
  for (let i = 0; i < rows; i++) {
    const row = probabilities.data.subarray(i * classes, (i + 1) * classes)
    const sum = row.reduce((a, b) => a + b, 0)
    if (Math.abs(sum - 1) > 1e-3 || row.some((p) => p < 0)) {
      const remedy = 'Pass the scores of a classifier that gives probabilities.'
      throw new InputError('probabilities', { expected: 'rows that sum to 1', received: `${sum} in row ${i}`, remedy })
    }
    const confidence = row[predicted[i]]
    const bin = sums[Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))]
    bin.confidence += confidence
    bin.right += predicted[i] === truth[i] ? 1 : 0
    bin.count++
  }
  return sums
    .filter(({ count }) => count > 0)
    .map(({ confidence, right, count }) => ({ confidence: confidence / count, accuracy: right / count, count }))
}

/**
 * Expected calibration error: how far the predicted class's probability is from the share of right predictions, over
 * the bins of {@link reliability}. Source: the same, eq. 3.
 * @throws {InputError} for rows that are not distributions.
 */
export function expectedCalibrationError(
  probabilities: Matrix,
  labels: ArrayLike<number>,
  options: { bins?: number } = {},
): number {
  const gaps = reliability(probabilities, labels, options).map(
    ({ confidence, accuracy, count }) => count * Math.abs(accuracy - confidence),
  )
  return gaps.reduce((sum, gap) => sum + gap, 0) / probabilities.shape[0]
}
