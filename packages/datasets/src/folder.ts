import { readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { DataError, InputError, jsonValue, Prng, readBytes } from '@dml-crc/core'
import { csvRows } from '@dml-crc/core/arrays'
import { type ImageDataset, type ImageRecord, imageDataset } from './dataset.ts'
import { groupBy } from './group.ts'

export interface FolderOptions {
  /** A list of the images, `.csv` or `.json`. By default `manifest.json` or `manifest.csv` where there is one. */
  manifest?: string
  /** Parts of each class by split. By default train 0.6, val 0.2, test 0.2. Unused where the manifest has splits. */
  fractions?: Record<string, number>
  /** Decides which image goes where. By default 0. */
  seed?: number
}

/** A {@link folder} of images. */
export interface FolderDataset extends ImageDataset {
  /** Whether the splits are the owner's, from a manifest or folders named after them, and not made by fractions. */
  ownSplits: boolean
}

interface Entry {
  path: string
  label: string
  split?: string
}

const IMAGE = /\.(jpe?g|png|webp|gif|tiff?|avif|heic|bmp|svg)$/i

/** Folders of these names hold a split each, and the class folders are in them. */
const SPLITS = ['train', 'val', 'valid', 'validation', 'test']

/**
 * Images of your own: a folder for each class, or such folders inside `train`, `val` and `test`, or a manifest, which is a
 * CSV file with the columns `path`, `label` and perhaps `split`, or a JSON list of such objects; paths are relative to
 * `root`. Where nothing says which split an image is in, each class is split by `fractions`, the same way for the same
 * seed. The split `all` holds every image.
 * @throws {DataError} when the folder holds no classes, or a manifest is damaged.
 * @throws {InputError} when the fractions are not positive or add up to more than one.
 */
export async function folder(root: string, options: FolderOptions = {}): Promise<FolderDataset> {
  const { fractions = { train: 0.6, val: 0.2, test: 0.2 }, seed = 0 } = options
  checkFractions(fractions)
  const names = await readdir(root).catch((cause) => {
    const expected = 'a folder of class folders, or one with a manifest'
    throw new DataError(root, { expected, received: cause.code, remedy: 'Check the path.' }, { cause })
  })
  const found = ['manifest.json', 'manifest.csv'].find((name) => names.includes(name))
  const manifest = options.manifest ?? (found && join(root, found))
  const entries = manifest ? await readManifest(manifest) : await classFolders(root)
  const classes = [...new Set(entries.map(({ label }) => label))].sort()
  if (classes.length === 0) {
    const remedy = 'Put the images of each class into a folder named after it.'
    throw new DataError(root, { expected: 'images in class folders', received: 'none', remedy })
  }
  const all: ImageRecord[] = entries.map(({ path, label }) => ({
    id: path,
    path: join(root, path),
    label: classes.indexOf(label),
  }))
  const ownSplits = entries.some(({ split }) => split)
  const splits = ownSplits
    ? Object.fromEntries(groupBy(all, (_, i) => entries[i].split || 'unassigned'))
    : stratified(all, classes, fractions, Prng.fromSeed(seed))
  return {
    ...imageDataset({
      name: 'folder',
      root,
      classes,
      records: { ...splits, all },
      licence: 'Unknown: the images are yours to account for.',
      citation: '',
    }),
    ownSplits,
  }
}

function checkFractions(fractions: Record<string, number>): void {
  const values = Object.values(fractions)
  const sum = values.reduce((a, b) => a + b, 0)
  if (values.every((value) => value > 0) && sum <= 1 + 1e-9 && !('all' in fractions)) return
  throw new InputError('fractions', {
    expected: 'positive parts that add up to at most one, none of them named all',
    received: JSON.stringify(fractions),
    remedy: 'Pass for example { train: 0.8, test: 0.2 }.',
  })
}

/** Cuts each class, in an order of its own, at the running sums of the fractions. */
function stratified(
  all: readonly ImageRecord[],
  classes: readonly string[],
  fractions: Record<string, number>,
  prng: Prng,
): Record<string, ImageRecord[]> {
  const splits: Record<string, ImageRecord[]> = Object.fromEntries(Object.keys(fractions).map((name) => [name, []]))
  for (const [label, name] of classes.entries()) {
    const members = prng.split(name).shuffle(all.filter((record) => record.label === label))
    let reached = 0
    for (const [split, fraction] of Object.entries(fractions)) {
      const from = Math.round(reached * members.length)
      reached += fraction
      splits[split].push(...members.slice(from, Math.round(reached * members.length)))
    }
  }
  return splits
}

async function classFolders(root: string): Promise<Entry[]> {
  const names = await foldersIn(root)
  const areSplits = names.length > 1 && names.every((name) => SPLITS.includes(name.toLowerCase()))
  if (!areSplits) return (await Promise.all(names.map((name) => imagesOf(root, name, name)))).flat()
  const lists = names.map(async (split) => {
    const classes = await foldersIn(join(root, split))
    const entries = (await Promise.all(classes.map((name) => imagesOf(root, `${split}/${name}`, name)))).flat()
    return entries.map((entry) => ({ ...entry, split }))
  })
  return (await Promise.all(lists)).flat()
}

async function foldersIn(root: string): Promise<string[]> {
  const entries = await readdir(root, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

/** The images below a folder of one class. */
async function imagesOf(root: string, path: string, label: string): Promise<Entry[]> {
  const files = (await readdir(join(root, path), { recursive: true })).filter((file) => IMAGE.test(file)).sort()
  return files.map((file) => ({ path: `${path}/${file.split(sep).join('/')}`, label }))
}

async function readManifest(path: string): Promise<Entry[]> {
  const expected = 'rows with a path and a label'
  const remedy = 'Correct the manifest: columns path, label and perhaps split, each a text.'
  const damaged = (received: string) => new DataError(path, { expected, received, remedy })
  const text = new TextDecoder().decode(await readBytes(path, 'a manifest of images'))
  let rows: unknown[]
  if (path.endsWith('.json')) {
    const value = jsonValue(text, path, expected, remedy)
    if (!Array.isArray(value)) throw damaged(value === null ? 'null' : typeof value)
    rows = value
  } else {
    const [header, ...body] = csvRows(text, path)
    rows = body.map(({ line, cells }) => {
      if (cells.length !== header.cells.length) throw damaged(`${cells.length} cells in line ${line}`)
      return Object.fromEntries(header.cells.map((name, i) => [name, cells[i]]))
    })
  }
  return rows.map((row, i) => {
    const entry = toEntry(row)
    if (!entry) throw damaged(`${JSON.stringify(row)} in row ${i + 1}`)
    return entry
  })
}

/** A row of a manifest; labels and splits may be numbers. */
function toEntry(row: unknown): Entry | undefined {
  const { path, label, split } = (row ?? {}) as Record<string, unknown>
  const isName = (value: unknown) => (typeof value === 'string' && value !== '') || Number.isFinite(value)
  if (typeof path !== 'string' || path === '' || !isName(label)) return undefined
  if (split !== undefined && split !== null && split !== '' && !isName(split)) return undefined
  return { path, label: String(label), split: split ? String(split) : undefined }
}
