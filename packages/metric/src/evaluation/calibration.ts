import { InputError } from '@dml-crc/core/errors'
import { checkCount, checkLabels } from '../samples/checks.ts'
import { largest, type Matrix } from '../samples/matrix.ts'

/**
 * Expected calibration error: how far the predicted class's probability is from the share of right predictions, over
 * bins of equal width. Source: Guo, Pleiss, Sun, Weinberger, "On calibration of modern neural networks", ICML 2017, eq. 3.
 *
 * @param probabilities [B, C], each row a distribution, such as the scores of DML-CRC and softmax regression
 * @throws {InputError} for rows that are not distributions.
 */
export function expectedCalibrationError(
  probabilities: Matrix,
  labels: ArrayLike<number>,
  { bins = 15 }: { bins?: number } = {},
): number {
  checkCount('bins', bins)
  const [rows, classes] = probabilities.shape
  const truth = checkLabels(labels, rows, classes)
  const predicted = largest(probabilities)
  const gaps = new Float64Array(bins)
  for (let i = 0; i < rows; i++) {
    const row = probabilities.data.subarray(i * classes, (i + 1) * classes)
    const sum = row.reduce((a, b) => a + b, 0)
    if (Math.abs(sum - 1) > 1e-3 || row.some((p) => p < 0)) {
      const remedy = 'Pass the scores of a classifier that gives probabilities.'
      throw new InputError('probabilities', { expected: 'rows that sum to 1', received: `${sum} in row ${i}`, remedy })
    }
    const confidence = row[predicted[i]]
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1))
    gaps[bin] += (predicted[i] === truth[i] ? 1 : 0) - confidence
  }
  return gaps.reduce((sum, gap) => sum + Math.abs(gap), 0) / rows
}
