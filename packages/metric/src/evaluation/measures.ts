import { InputError } from '@dml-crc/core/errors'
import { checkWhole } from '@dml-crc/core/numbers'
import { checkLabels, classCounts } from '../samples/checks.ts'
import type { Matrix } from '../samples/matrix.ts'

function checkSameLength(predicted: ArrayLike<number>, labels: ArrayLike<number>): void {
  if (predicted.length !== labels.length || labels.length === 0) {
    throw new InputError('predicted labels', {
      expected: `as many as there are true labels, ${labels.length}, and at least one`,
      received: `${predicted.length}`,
      remedy: 'Compare predictions with the labels of the same samples.',
    })
  }
}

/** The share of samples whose class was predicted, between 0 and 1. */
export function accuracy(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkSameLength(predicted, labels)
  let right = 0
  for (let i = 0; i < labels.length; i++) if (predicted[i] === labels[i]) right++
  return right / labels.length
}

/**
 * The share of samples whose class is among the k highest of its scores [B, C]. Of classes with the true one's score,
 * those of a lower index count as higher, as in the predicted label.
 */
export function topK({ data, shape: [rows, width] }: Matrix, labels: ArrayLike<number>, k: number): number {
  checkWhole('k', k)
  const checked = checkLabels(labels, rows, width)
  let right = 0
  for (let i = 0; i < rows; i++) {
    const own = data[i * width + checked[i]]
    let above = 0
    for (let j = 0; j < width; j++) {
      const score = data[i * width + j]
      if (score > own || (score === own && j < checked[i])) above++
    }
    if (above < k) right++
  }
  return right / rows
}

/** Counts [C, C]: a row for each true class, a column for each predicted one. */
export function confusionMatrix(
  predicted: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): Int32Array[] {
  checkSameLength(predicted, labels)
  const truth = checkLabels(labels, labels.length, classes)
  const said = checkLabels(predicted, labels.length, classes)
  const counts = Array.from({ length: classes }, () => new Int32Array(classes))
  truth.forEach((label, i) => {
    counts[label][said[i]]++
  })
  return counts
}

/** The mean over classes of the share of each class's samples that were predicted right; empty classes do not count. */
export function meanPerClass(predicted: ArrayLike<number>, labels: ArrayLike<number>): number {
  checkSameLength(predicted, labels)
  const truth = checkLabels(labels, labels.length)
  const counts = classCounts(truth)
  const right = new Int32Array(counts.length)
  truth.forEach((label, i) => {
    if (predicted[i] === label) right[label]++
  })
  const present = Array.from(counts.keys()).filter((c) => counts[c] > 0)
  return present.reduce((sum, c) => sum + right[c] / counts[c], 0) / present.length
}

export interface ClassMeasures {
  readonly label: number
  /** Samples of the class. */
  readonly count: number
  /** The share of what was predicted as this class that is; NaN where nothing was. */
  readonly precision: number
  /** The share of this class that was predicted as it; NaN where there is no sample. */
  readonly recall: number
}

/** Precision and recall of each class. */
export function perClass(predicted: ArrayLike<number>, labels: ArrayLike<number>, classes: number): ClassMeasures[] {
  const counts = confusionMatrix(predicted, labels, classes)
  return counts.map((row, label) => {
    const count = row.reduce((a, b) => a + b, 0)
    const said = counts.reduce((sum, other) => sum + other[label], 0)
    return { label, count, precision: row[label] / said, recall: row[label] / count }
  })
}
