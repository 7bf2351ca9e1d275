import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { DataError, SafetensorsFile } from '@dml-crc/core'
import type { Matrix } from './matrix.ts'
import { type NpyArray, parseNpy } from './npy.ts'
import { parseZip } from './zip.ts'

async function bytesOf(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause) => {
    const remedy = 'Check the path.'
    throw new DataError(path, { expected: 'a readable file', received: cause.code, remedy }, { cause })
  })
}

/** The entry asked for, or the only one. */
function choose(path: string, keys: readonly string[], key: string | undefined): string {
  if (key !== undefined ? keys.includes(key) : keys.length === 1) return key ?? keys[0]
  const expected = key === undefined ? 'a key, because the file holds several arrays' : `an array named ${key}`
  const remedy = 'Name one of them.'
  throw new DataError(path, { expected, received: `arrays ${keys.join(', ') || '(none)'}`, remedy })
}

/** Numbers by rows, with commas, semicolons, tabs or spaces between them; a first line of other text is a heading. */
function parseCsv(text: string, path: string): NpyArray {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() && !line.startsWith('#'))
  const rows = lines.map((line) =>
    line
      .trim()
      .split(/\s*[,;\t]\s*|\s+/)
      .map(Number),
  )
  if (rows[0]?.some(Number.isNaN)) rows.shift()
  const width = rows[0]?.length ?? 0
  const wrong = rows.findIndex((row) => row.length !== width || row.some(Number.isNaN))
  if (wrong >= 0 || width === 0) {
    throw new DataError(path, {
      expected: width > 0 ? `${width} numbers in each line` : 'lines of numbers',
      received: wrong >= 0 ? `${lines.at(wrong - rows.length)?.slice(0, 60)}` : 'none',
      remedy: 'Write one sample a line, its numbers with commas between them.',
    })
  }
  return { shape: [rows.length, width], data: Float64Array.from(rows.flat()) }
}

/**
 * The names of the arrays in a safetensors or npz file; none for a file that holds one array without a name.
 * @throws {DataError} for a missing or damaged file.
 */
export async function arrayNames(path: string): Promise<string[]> {
  switch (extname(path).toLowerCase()) {
    case '.safetensors': {
      await using file = await SafetensorsFile.open(path)
      return [...file.entries.keys()]
    }
    case '.npz':
      return [...parseZip(await bytesOf(path), path).keys()].map((name) => name.replace(/\.npy$/, ''))
    default:
      return []
  }
}

async function readArray(path: string, key: string | undefined): Promise<NpyArray> {
  const ending = extname(path).toLowerCase()
  switch (ending) {
    case '.safetensors': {
      await using file = await SafetensorsFile.open(path)
      const { shape, data } = await file.read(choose(path, [...file.entries.keys()], key))
      return { shape, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) }
    }
    case '.npy':
      return parseNpy(await bytesOf(path), path)
    case '.npz': {
      const files = parseZip(await bytesOf(path), path)
      const names = [...files.keys()].map((name) => name.replace(/\.npy$/, ''))
      return parseNpy(files.get(`${choose(path, names, key)}.npy`)!, path)
    }
    case '.csv':
    case '.tsv':
    case '.txt':
      return parseCsv(new TextDecoder().decode(await bytesOf(path)), path)
    default:
      throw new DataError(path, {
        expected: 'a file ending in .safetensors, .npy, .npz, .csv, .tsv or .txt',
        received: ending || 'no ending',
        remedy: 'Save the features in one of these forms.',
      })
  }
}

/**
 * A matrix of features from a safetensors, NumPy or text file. `key` names the array where the file holds several.
 * An array of one axis is read as one column, one of more than two as rows of all that follows the first.
 * @throws {DataError} for a missing, damaged or empty file, another form, or a key that is not there.
 */
export async function readMatrix(path: string, key?: string): Promise<Matrix> {
  const { shape, data } = await readArray(path, key)
  const rows = shape[0] ?? 0
  if (data.length === 0 || rows === 0) {
    throw new DataError(path, { expected: 'a matrix', received: `shape [${shape}]`, remedy: 'Save one row a sample.' })
  }
  return { data: Float32Array.from(data), shape: [rows, data.length / rows] }
}

/**
 * Labels, one a sample, from the same kinds of file.
 * @throws {DataError} for numbers that are not whole, and as {@link readMatrix}.
 */
export async function readLabels(path: string, key?: string): Promise<Int32Array> {
  const { data } = await readArray(path, key)
  const wrong = data.findIndex((value) => !Number.isInteger(value))
  if (wrong >= 0) {
    const remedy = 'Number the classes.'
    throw new DataError(path, { expected: 'whole numbers', received: `${data[wrong]}`, remedy })
  }
  return Int32Array.from(data)
}
