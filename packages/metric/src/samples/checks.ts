import { InputError } from '@dml-crc/core/errors'
import { type Features, type Matrix, toMatrix } from './matrix.ts'

/** Features that passed the checks, with labels 0 … classes−1 that all occur. */
export interface LabelledMatrix {
  readonly features: Matrix
  readonly labels: Int32Array
  readonly classes: number
}

/**
 * The features on the host, after checking that they are a finite matrix of at least one row and column.
 * @throws {InputError} for a wrong rank or size and for NaN or infinite numbers.
 */
export async function checkFeatures(features: Features, what = 'features', width?: number): Promise<Matrix> {
  const { shape } = features
  if (shape.length !== 2 || shape.some((size) => !Number.isInteger(size) || size < 1)) {
    const remedy = 'Pass one row for each sample.'
    throw new InputError(what, { expected: 'a matrix [samples, features]', received: `shape [${shape}]`, remedy })
  }
  if (width !== undefined && shape[1] !== width) {
    const remedy = 'Use features of the same kind as those the classifier was fitted on.'
    throw new InputError(what, { expected: `rows of ${width} numbers`, received: `rows of ${shape[1]}`, remedy })
  }
  const matrix = await toMatrix(features)
  const { data } = matrix
  if (data.length !== shape[0] * shape[1]) {
    const remedy = 'Make the data fill the shape.'
    const expected = `${shape[0] * shape[1]} numbers for shape [${shape}]`
    throw new InputError(what, { expected, received: `${data.length}`, remedy })
  }
  const wrong = data.findIndex((value) => !Number.isFinite(value))
  if (wrong >= 0) {
    const where = `${data[wrong]} in row ${Math.floor(wrong / shape[1])}, column ${wrong % shape[1]}`
    throw new InputError(what, {
      expected: 'finite numbers',
      received: where,
      remedy: 'Find the sample that has it and leave it out.',
    })
  }
  return matrix
}

/**
 * The labels as integers, after checking that there is one for each sample and none outside 0 … classes−1.
 * @throws {InputError} otherwise.
 */
export function checkLabels(labels: ArrayLike<number>, count: number, classes = Number.MAX_SAFE_INTEGER): Int32Array {
  if (labels.length !== count) {
    const remedy = 'Pass one label for each row of the features.'
    throw new InputError('labels', { expected: `${count}`, received: `${labels.length}`, remedy })
  }
  for (let i = 0; i < count; i++) {
    if (!Number.isInteger(labels[i]) || labels[i] < 0 || labels[i] >= classes) {
      const expected = classes === Number.MAX_SAFE_INTEGER ? 'integers from 0' : `integers from 0 to ${classes - 1}`
      const remedy = 'Number the classes from 0.'
      throw new InputError('labels', { expected, received: `${labels[i]} for sample ${i}`, remedy })
    }
  }
  return Int32Array.from(labels)
}

/**
 * Checks features and labels to fit on: finite, as many labels as rows, classes numbered from 0, none without samples.
 * @throws {InputError} otherwise.
 */
export async function checkLabelled(features: Features, labels: ArrayLike<number>): Promise<LabelledMatrix> {
  const matrix = await checkFeatures(features)
  const checked = checkLabels(labels, matrix.shape[0])
  const counts = classCounts(checked)
  const empty = counts.indexOf(0)
  if (empty >= 0 || counts.length < 2) {
    throw new InputError('labels', {
      expected: 'samples of two or more classes, numbered from 0 without a gap',
      received: empty >= 0 ? `no sample of class ${empty}` : 'a single class',
      remedy: 'Number the classes that have samples from 0.',
    })
  }
  return { features: matrix, labels: checked, classes: counts.length }
}

/** How many samples each class has. */
export function classCounts(labels: Int32Array, classes = labels.reduce((a, b) => Math.max(a, b), -1) + 1): Int32Array {
  const counts = new Int32Array(classes)
  for (const label of labels) counts[label]++
  return counts
}
