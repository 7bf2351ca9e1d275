import { extname } from 'node:path'
import { DataError } from '@dml-crc/core'
import { readMat } from '@dml-crc/datasets'
import { arrayNames, type Matrix, readLabels, readMatrix } from '@dml-crc/metric'

/** An array in a file, as the command line names it: `FILE`, or `FILE:KEY` where the file holds several. */
interface Source {
  file: string
  key?: string
}

const parseSource = (text: string): Source => {
  const [, file, key] = /^(.+\.(?:safetensors|npy|npz|mat|csv|tsv|txt)):([^:/\\]+)$/i.exec(text) ?? [text, text]
  return { file, key }
}

const isMat = (file: string) => extname(file).toLowerCase() === '.mat'

/**
 * Features [N, d], a row a sample. Without a key, `features` is read, or the only array that there is.
 * @throws DataError for a file that cannot be read or has no such array
 */
export async function readFeatures(text: string): Promise<Matrix> {
  const { file, key } = await completed(parseSource(text), 'features')
  if (!isMat(file)) return readMatrix(file, key)
  const { data, shape } = await matArray(file, key)
  const [rows, width] = shape
  return {
    data: Float32Array.from(data, (_, i) => data[(i % width) * rows + Math.floor(i / width)]),
    shape: [rows, width],
  }
}

/**
 * The class of each sample, any whole numbers. Without a key, `labels` is read, or the only array that there is.
 * @throws DataError as {@link readFeatures}
 */
export async function readClasses(text: string): Promise<Int32Array> {
  const { file, key } = await completed(parseSource(text), 'labels')
  if (!isMat(file)) return readLabels(file, key)
  const { data } = await matArray(file, key)
  return Int32Array.from(data)
}

/** The labels in the file that features come from, where it has an array of that name. */
export async function classesBeside(text: string): Promise<Int32Array | undefined> {
  const { file } = parseSource(text)
  return (await namesIn(file)).includes('labels') ? readClasses(`${file}:labels`) : undefined
}

async function completed({ file, key }: Source, usual: string): Promise<Source> {
  if (key !== undefined) return { file, key }
  const names = await namesIn(file)
  return { file, key: names.length === 1 ? names[0] : names.length > 1 ? usual : undefined }
}

const namesIn = async (file: string) => (isMat(file) ? [...(await readMat(file)).keys()] : arrayNames(file))

async function matArray(file: string, key: string | undefined) {
  const variables = await readMat(file)
  const found = variables.get(key ?? '')
  if (found?.shape.length === 2) return found
  throw new DataError(file, {
    expected: `a numeric matrix «${key ?? 'features'}»`,
    received: found ? `one of shape [${found.shape}]` : `variables ${[...variables.keys()].join(', ') || '(none)'}`,
    remedy: `Name one of them as ${file}:NAME.`,
  })
}
