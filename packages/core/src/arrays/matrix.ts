import { DataError } from '../errors.ts'
import type { FileArray } from './tensor.ts'

/** Features on the host: row-major float32, a sample a row. */
export interface Matrix {
  readonly data: Float32Array
  readonly shape: readonly [rows: number, columns: number]
}

/** The class of a sample as a file names it: a whole number or a text. */
export type Label = number | string

/**
 * An array as features, one row per sample. One of one axis is one column; in one of more than two, all axes after the first
 * make up the row.
 * @param what names the array in errors
 * @throws {DataError} for texts, no rows or columns, and numbers that are not finite in float32, with their place.
 */
export function toMatrix({ shape, data }: FileArray, what: string): Matrix {
  const rows = shape[0] ?? 0
  if (data.length === 0 || rows === 0) {
    throw new DataError(what, {
      expected: 'a matrix',
      received: `shape [${shape}]`,
      remedy: 'Save one row per sample.',
    })
  }
  if (isTexts(data)) {
    throw new DataError(what, {
      expected: 'numbers',
      received: `texts such as «${data[0]}»`,
      remedy: 'Name another array.',
    })
  }
  const columns = data.length / rows
  const values = data instanceof Float32Array ? data : new Float32Array(data.length)
  for (let i = 0; i < data.length; i++) {
    values[i] = Number(data[i])
    if (Number.isFinite(values[i])) continue
    throw new DataError(what, {
      expected: 'finite numbers in the range of float32',
      received: `${data[i]} in row ${Math.floor(i / columns)}, column ${i % columns}, both counted from 0`,
      remedy: 'Find the sample that has it and leave it out.',
    })
  }
  return { data: values, shape: [rows, columns] }
}

/**
 * An array as labels, one per sample: whole numbers of any size that float64 holds exactly, or texts.
 * @param what names the array in errors
 * @throws {DataError} for an array of more than one column, a number that is not whole and exact, and an empty text.
 */
export function toLabels({ shape, data }: FileArray, what: string): Label[] {
  if (shape.filter((size) => size !== 1).length > 1) {
    const remedy = 'Save one label per sample; of one column per class (one-hot), save the number of the class.'
    throw new DataError(what, { expected: 'one label a sample', received: `shape [${shape}]`, remedy })
  }
  if (isTexts(data)) {
    const empty = data.indexOf('')
    if (empty < 0) return [...data]
    throw new DataError(what, { expected: 'a label', received: `none for sample ${empty}`, remedy: 'Name its class.' })
  }
  return Array.from(data as ArrayLike<number | bigint>, (value, i) => {
    const label = Number(value)
    if (Number.isSafeInteger(label)) return label
    const remedy = 'Number or name the classes.'
    throw new DataError(what, { expected: 'whole numbers below 2^53', received: `${value} for sample ${i}`, remedy })
  })
}

/**
 * Checks that there is one label for each row of the features.
 * @param what names the labels in the error
 * @throws {DataError} otherwise; it says so where the features look transposed.
 */
export function checkLabelCount(what: string, labels: readonly Label[], { shape: [rows, columns] }: Matrix): void {
  if (labels.length === rows) return
  const transposed = labels.length === columns
  throw new DataError(what, {
    expected: `${rows} labels`,
    received: `${labels.length}`,
    remedy: transposed
      ? `The features look transposed: ${columns} columns, ${columns} labels. Save them with a row for each sample.`
      : 'Give one label for each row of the features.',
  })
}

const isTexts = (data: FileArray['data']): data is readonly string[] => Array.isArray(data)
