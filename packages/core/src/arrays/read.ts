import { extname } from 'node:path'
import { DataError } from '../errors.ts'
import { readBytes } from '../files/read-file.ts'
import { parseMat } from './mat.ts'
import { type MatValue, parseMatValues } from './mat-values.ts'
import { type Label, type Matrix, toLabels, toMatrix } from './matrix.ts'
import { labelNameOf, type Role, usualName } from './names.ts'
import { parseNpy } from './npy.ts'
import { parseNpz } from './npz.ts'
import { SafetensorsFile } from './safetensors-file.ts'
import { parseTable } from './table.ts'
import type { FileArray, HostTensor } from './tensor.ts'

/** The arrays of a file by name, each read when it is asked for; one without a name is called ''. */
type Arrays = ReadonlyMap<string, () => FileArray | Promise<FileArray>>

const atHand = (arrays: ReadonlyMap<string, FileArray>): Arrays =>
  new Map([...arrays].map(([name, array]) => [name, () => array]))

async function safetensors(path: string): Promise<Arrays> {
  await using opened = await SafetensorsFile.open(path)
  const read = (name: string) => async () => {
    await using file = await SafetensorsFile.open(path)
    return file.read(name)
  }
  return new Map([...opened.entries.keys()].map((name) => [name, read(name)]))
}

async function table(path: string): Promise<Arrays> {
  const bytes = await readBytes(path)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    const received = bytes.length > 2 ** 28 ? `${bytes.length} bytes` : 'other bytes'
    const remedy = 'Save large tables as .npy, and texts in UTF-8.'
    throw new DataError(path, { expected: 'a text in UTF-8 of at most 512 MB', received, remedy }, { cause })
  }
  return atHand(parseTable(text, path))
}

const READERS: Readonly<Record<string, (path: string) => Promise<Arrays>>> = {
  '.safetensors': safetensors,
  '.npy': async (path) => new Map([['', async () => parseNpy(await readBytes(path), path)]]),
  '.npz': async (path) => parseNpz(await readBytes(path), path),
  '.mat': async (path) => atHand(await readMat(path)),
  '.csv': table,
  '.tsv': table,
  '.txt': table,
}

async function openArrays(path: string): Promise<Arrays> {
  const ending = extname(path).toLowerCase()
  if (Object.hasOwn(READERS, ending)) return READERS[ending](path)
  throw new DataError(path, {
    expected: `a file ending in ${Object.keys(READERS).join(', ')}`,
    received: ending || 'no ending',
    remedy: 'Save the array in one of these forms.',
  })
}

/** The array asked for, else the only one, else the one with a usual name for its role. */
async function readArray(path: string, key: string | undefined, role: Role): Promise<FileArray> {
  const arrays = await openArrays(path)
  const names = [...arrays.keys()]
  const name = key ?? (names.length === 1 ? names[0] : usualName(names, role))
  const read = name === undefined ? undefined : arrays.get(name)
  if (read) return read()
  const listed = names.filter(Boolean).join(', ') || '(none with a name)'
  throw new DataError(path, {
    expected: key === undefined ? `an array of ${role} by a usual name` : `an array named ${key}`,
    received: `arrays ${listed}`,
    remedy: 'Name one of them.',
  })
}

const named = (path: string, key: string | undefined) => (key ? `${path}:${key}` : path)

/**
 * Features [N, d], one row per sample, from a safetensors, .npy, .npz, MATLAB 5 or text file (CSV). Without a `key`, the only
 * array is read, or the one called features, X, x or data.
 * @throws {DataError} for a missing, damaged or empty file, one that takes more memory than its size allows, another form, a
 *   key that is not there, and numbers that are not finite.
 */
export async function readFeatures(path: string, key?: string): Promise<Matrix> {
  return toMatrix(await readArray(path, key, 'features'), named(path, key))
}

/**
 * Labels, one per sample, whole numbers or texts, from the same kinds of file. Without a `key`, the only array is read, or
 * the one called labels, y, target or class.
 * @throws {DataError} for other numbers, and as {@link readFeatures}.
 */
export async function readLabels(path: string, key?: string): Promise<Label[]> {
  return toLabels(await readArray(path, key, 'labels'), named(path, key))
}

/**
 * The labels of the features called `key`, or of those that {@link readFeatures} finds without one, in the same file; none where
 * no array there is called as labels of these features are.
 * @throws {DataError} as {@link readLabels}.
 */
export async function readLabelsBeside(path: string, key?: string): Promise<Label[] | undefined> {
  const names = [...(await openArrays(path)).keys()]
  const name = names.length > 1 ? labelNameOf(names, key) : undefined
  return name === undefined ? undefined : readLabels(path, name)
}

/**
 * The numeric arrays of a MATLAB 5 file by name, row-major.
 * @throws {DataError} for a missing or damaged file, or another format such as 7.3 (HDF5).
 */
export async function readMat(path: string): Promise<Map<string, HostTensor>> {
  return parseMat(await readBytes(path, 'a MATLAB 5 file'), path)
}

/**
 * The variables of a MATLAB 5 file by name: numbers, texts, cells and structures as plain values, without their shapes.
 * @throws {DataError} for a missing or damaged file, or another format such as 7.3 (HDF5).
 */
export async function readMatValues(path: string): Promise<Map<string, MatValue>> {
  return parseMatValues(await readBytes(path, 'a MATLAB 5 file'), path)
}
