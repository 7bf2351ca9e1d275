import { readFeatures, readLabels, readLabelsBeside } from '@dml-crc/core'
import type { Label, Matrix } from '@dml-crc/core/arrays'

/** An array in a file, as the command line names it: `FILE`, or `FILE:KEY` where the file holds several. */
interface Source {
  file: string
  key?: string
}

const parseSource = (text: string): Source => {
  const [, file, key] = /^(.+\.(?:safetensors|npy|npz|mat|csv|tsv|txt)):([^:/\\]+)$/i.exec(text) ?? [text, text]
  return { file, key }
}

/**
 * Features [N, d], one row per sample, of `FILE[:KEY]`.
 * @throws DataError for a file that cannot be read or has no such array
 */
export function featuresOf(text: string): Promise<Matrix> {
  const { file, key } = parseSource(text)
  return readFeatures(file, key)
}

/**
 * The class of each sample of `FILE[:KEY]`.
 * @throws DataError as {@link featuresOf}
 */
export function labelsOf(text: string): Promise<Label[]> {
  const { file, key } = parseSource(text)
  return readLabels(file, key)
}

/** The labels of the features `FILE[:KEY]` in the same file, where it has an array that is called so. */
export function labelsBeside(text: string): Promise<Label[] | undefined> {
  const { file, key } = parseSource(text)
  return readLabelsBeside(file, key)
}
