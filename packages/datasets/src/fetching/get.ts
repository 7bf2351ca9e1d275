import { copyFile, link, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import {
  choiceError,
  clearLock,
  DataError,
  download,
  homeFolder,
  InputError,
  listFolder,
  type OnProgress,
  swapFolder,
  sweepLeftovers,
  withLock,
  writeJsonAtomic,
} from '@dml-crc/core'
import type { Source, SourceFile, Terms } from '../define-dataset.ts'
import { MARKER as DEMO_MARKER, demoFolder, drawDemo } from '../demo/draw.ts'
import { DEMO_TERMS } from '../demo/terms.ts'
import { RECORDS } from '../open.ts'
import { extract } from './extract.ts'
import { type Verification, verifyDataset } from './verify.ts'

export interface GetOptions {
  /** Where the data set goes. By default `datasets/<name>` in the home folder. */
  root?: string
  offline?: boolean
  signal?: AbortSignal
  onProgress?: OnProgress
}

/** Written last into a tree that `fetchDatasetFolder` made: its presence tells a whole tree from a begun one. */
const MARKER = 'complete.json'

const defaultRoot = (name: string) => (name === 'demo' ? demoFolder() : homeFolder('datasets', name))

/** Where downloads wait and where archives are unpacked, until the tree is whole. */
const begun = (root: string) => ({ downloads: `${resolve(root)}.downloads`, tree: `${resolve(root)}.unpacking` })

/**
 * Makes a data set's folder whole: downloads (going on where an earlier try stopped), checks, unpacks beside the
 * folder, checks the tree and renames it. A folder that is whole already is left as it is; one that is damaged or
 * half there is replaced; files in it that are not of the set stay. One process at a time does it, others wait. `demo` is drawn. `DML_CRC_MIRROR` names a server to ask first: `MIRROR/NAME/FILE`.
 * @returns the folder.
 * @throws {InputError} when the name is not known, or the folder holds other things.
 * @throws {DownloadError} when no address gives a file.
 * @throws {DataError} when an archive is not what it should be.
 */
export async function fetchDatasetFolder(name: string, options: GetOptions = {}): Promise<string> {
  const { root = defaultRoot(name), onProgress } = options
  if (name === 'demo') {
    await drawDemo(root, { onProgress })
    return root
  }
  await getFrom(sourceOf(name, root), name, root, options)
  return root
}

/** What is downloaded, and how many images there are when it is whole. */
export interface CountedSource extends Source {
  images: number
}

function sourceOf(name: string, root: string): CountedSource {
  const record = RECORDS.get(name)
  if (!record) throw choiceError('data set to get', name, [...RECORDS.keys(), 'demo'])
  const { source, images } = record
  if ('files' in source) return { ...source, images }
  throw new InputError('data set to get', {
    expected: 'one whose files are known by their checksums',
    received: `'${name}', which is to be fetched by hand`,
    remedy: `Fetch it from ${source.page}, unpack it into ${root}, and check it: dml-crc data verify ${name}.`,
  })
}

/** {@link fetchDatasetFolder} from a source that the caller names. */
export async function getFrom(source: CountedSource, name: string, root: string, options: GetOptions): Promise<void> {
  const { signal, onProgress } = options
  const before = await verifyDataset(name, root)
  if (isWhole(before, source)) return clear(root)
  await checkReplaceable(root, before)
  const onWait = () =>
    onProgress?.({ kind: 'note', task: name, text: 'another process is getting it: waiting for that' })
  await withLock(lockOf(root), () => getAlone(source, name, root, options), { signal, onWait })
}

const lockOf = (root: string) => `${resolve(root)}.lock`

/** Removes what lies beside a whole tree, left by a process that was killed just when it was whole. */
async function clear(root: string): Promise<void> {
  await clearLock(lockOf(root))
  const { downloads, tree } = begun(root)
  for (const path of [downloads, tree]) {
    if (await exists(path)) await withLock(lockOf(root), () => rm(path, { recursive: true, force: true }))
  }
}

/** While no other process does the same. */
async function getAlone(source: CountedSource, name: string, root: string, options: GetOptions): Promise<void> {
  await sweepLeftovers(dirname(resolve(root)))
  const before = await verifyDataset(name, root)
  if (isWhole(before, source)) return
  await checkReplaceable(root, before)
  const { downloads, tree } = begun(root)
  await rm(tree, { recursive: true, force: true })
  for (const file of source.files) {
    await download({ ...file, urls: addressesOf(file, name), ...options, to: join(downloads, file.name) })
    await place(file, join(downloads, file.name), tree, source, options)
  }
  const after = await verifyDataset(name, tree, options)
  if (!isWhole(after, source)) {
    const received = after.unreadable ?? `${after.missing.length} missing, ${after.damaged.length} damaged`
    const remedy = `Remove ${downloads} and try again.`
    throw new DataError(tree, { expected: `${source.images} sound images`, received, remedy })
  }
  await writeJsonAtomic(join(tree, MARKER), { name, images: after.listed })
  await keepForeignFiles(root, tree)
  await swapFolder(tree, root)
  await rm(downloads, { recursive: true, force: true })
}

/** Files that are not of the data set go into its new tree too: linked, so that they are never in neither. */
async function keepForeignFiles(root: string, tree: string): Promise<void> {
  const present = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of present) {
    if (!entry.isFile()) continue
    const path = relative(root, join(entry.parentPath ?? entry.path, entry.name))
    if (await exists(join(tree, path))) continue
    await mkdir(dirname(join(tree, path)), { recursive: true })
    await link(join(root, path), join(tree, path)).catch(() => copyFile(join(root, path), join(tree, path)))
  }
}

/** A mirror that the environment names comes before the official addresses; its files must have the same checksums. */
function addressesOf({ name, urls }: SourceFile, dataset: string): readonly string[] {
  const mirror = process.env.DML_CRC_MIRROR?.replace(/\/+$/, '')
  return mirror ? [`${mirror}/${dataset}/${name}`, ...urls] : urls
}

const isWhole = ({ unreadable, listed, missing, damaged }: Verification, { images }: CountedSource) =>
  !unreadable && listed === images && missing.length === 0 && damaged.length === 0

/** A folder may be replaced when it is this data set, even a damaged one, or empty. */
async function checkReplaceable(root: string, { unreadable }: Verification): Promise<void> {
  const present = await listFolder(root)
  if (!unreadable || present.length === 0 || present.includes(MARKER)) return
  const remedy = 'Name another folder, or remove this one yourself.'
  throw new InputError(root, { expected: 'the data set, or an empty folder', received: 'other files', remedy })
}

async function place(file: SourceFile, path: string, tree: string, source: Source, options: GetOptions): Promise<void> {
  if (file.within === undefined) {
    await mkdir(tree, { recursive: true })
    await copyFile(path, join(tree, file.name))
    return
  }
  const task = `unpack ${file.name}`
  options.onProgress?.({ kind: 'start', task, unit: 'files' })
  await extract(path, {
    to: tree,
    within: file.within,
    mostFiles: source.mostFiles,
    // Photographs do not shrink in an archive; a much larger content is something else.
    mostBytes: 3 * file.bytes + 2 ** 20,
    signal: options.signal,
    onFile: (done) => options.onProgress?.({ kind: 'advance', task, done }),
  })
  options.onProgress?.({ kind: 'end', task })
}

export interface DatasetStatus extends Terms {
  name: string
  root: string
  state: 'absent' | 'begun' | 'present'
  /** Of a published set. */
  images?: number
  /** Size of the archives of a set that is downloaded. */
  bytes?: number
  /** Where a set is fetched by hand. */
  page?: string
}

const exists = (path: string) =>
  stat(path).then(
    () => true,
    () => false,
  )

/**
 * The sets that can be got, their terms, and what of them lies in the home folder: `begun` is a download or an unpacking
 * that did not end, to be completed by get.
 */
export async function listDatasets(): Promise<DatasetStatus[]> {
  return Promise.all(
    [...RECORDS.values(), { name: 'demo', ...DEMO_TERMS }].map(async (set) => {
      const { name, title, licence, citation } = set
      const root = defaultRoot(name)
      const status = { name, root, state: await stateOf(root), title, licence, citation }
      if (!('source' in set)) return status
      const { source, images } = set
      if (!('files' in source)) return { ...status, images, page: source.page }
      return { ...status, images, bytes: source.files.reduce((sum, file) => sum + file.bytes, 0) }
    }),
  )
}

async function stateOf(root: string): Promise<DatasetStatus['state']> {
  const { downloads, tree } = begun(root)
  if (await exists(root)) return 'present'
  return (await exists(downloads)) || (await exists(tree)) ? 'begun' : 'absent'
}

/**
 * Removes what {@link fetchDatasetFolder} put on disk, also when it did not end.
 * @throws {InputError} when something else made the folder.
 */
export async function removeDataset(name: string, root: string = defaultRoot(name)): Promise<void> {
  const present = await listFolder(root)
  if (present.length > 0 && !present.includes(MARKER) && !present.includes(DEMO_MARKER)) {
    const expected = `a folder that holds ${MARKER}, which get writes`
    throw new InputError(root, { expected, received: 'a folder without', remedy: 'Remove it yourself if you mean to.' })
  }
  const { downloads, tree } = begun(root)
  for (const path of [root, downloads, tree]) await rm(path, { recursive: true, force: true })
}
