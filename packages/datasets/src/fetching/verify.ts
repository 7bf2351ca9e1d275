import { open } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { relative } from 'node:path'
import { DataError, type OnProgress } from '@dml-crc/core'
import type { ImageDataset, ImageRecord } from '../dataset.ts'
import { decodeWhole } from '../images/decode.ts'
import { limiter } from '../limiter.ts'
import { openDataset, RECORDS } from '../open.ts'
import { missingImages } from '../present.ts'

export interface Verification {
  name: string
  root: string
  /** Whether every image that belongs to the data set is there and sound. */
  whole: boolean
  /** Images that the lists name, and how many the official lists name, where there are such. */
  listed: number
  official?: number
  /** Images that are not there, as paths within `root`. */
  missing: readonly string[]
  damaged: readonly { path: string; reason: string }[]
  /** What keeps the data set from being opened at all: a list that is missing or damaged. */
  unreadable?: string
}

/**
 * Checks a data set on disk: that its lists can be read, that every image they name is there, is not empty and, if a
 * JPEG, has its beginning and its end. With `deep`, every image is decoded whole.
 * @throws {InputError} when the name is not known.
 */
export async function verifyDataset(
  name: string,
  root: string,
  { deep = false, signal, onProgress }: { deep?: boolean; signal?: AbortSignal; onProgress?: OnProgress } = {},
): Promise<Verification> {
  const record = RECORDS.get(name)
  const official = record?.images
  let dataset: ImageDataset
  try {
    dataset = await openDataset(name, root)
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    const nothing = { whole: false, listed: 0, missing: [], damaged: [] }
    return { name, root, ...nothing, official, unreadable: error.message }
  }
  const records = dataset.listed()
  const absent = new Set(await missingImages(records))
  const present = records.filter((image) => !absent.has(image))
  const damaged: { path: string; reason: string }[] = []
  const task = `verify ${name}`
  const limit = limiter(availableParallelism())
  let done = 0
  onProgress?.({ kind: 'start', task, total: present.length, unit: 'images' })
  const oddOnes = (record && 'files' in record.source && record.source.odd) || []
  const checkOne = async (image: ImageRecord) => {
    signal?.throwIfAborted()
    const odd = oddOnes.includes(image.id)
    const reason = (await fault(image.path)) ?? (deep && !odd ? await decodingFault(image.path) : undefined)
    if (reason) damaged.push({ path: relative(root, image.path), reason })
    onProgress?.({ kind: 'advance', task, done: ++done, total: present.length })
  }
  await Promise.all(present.map((image) => limit(() => checkOne(image))))
  onProgress?.({ kind: 'end', task })
  damaged.sort((a, b) => (a.path < b.path ? -1 : 1))
  return {
    name,
    root,
    whole: absent.size === 0 && damaged.length === 0 && records.length === (official ?? records.length),
    listed: records.length,
    official,
    missing: [...absent].map(({ path }) => relative(root, path)),
    damaged,
  }
}

/** How many bytes after a JPEG's end marker are put up with: cameras and editors append some. */
const TAIL_BYTES = 4096

/** What a look at the file's first and last bytes finds wrong. */
async function fault(path: string): Promise<string | undefined> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    if (size === 0) return 'empty'
    if (!/\.jpe?g$/i.test(path)) return undefined
    const head = Buffer.alloc(2)
    await file.read(head, 0, 2, 0)
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES))
    await file.read(tail, 0, tail.length, size - tail.length)
    // Some sets have other formats under this name; only decoding can check those.
    if (head.readUInt16BE() === 0xffd8 && !tail.includes('\xff\xd9', 0, 'latin1')) return 'cut off: no end of the JPEG'
    return tail.every((byte) => byte === 0) ? 'ends in zeros' : undefined
  } finally {
    await file.close()
  }
}

const decodingFault = (path: string) =>
  decodeWhole(path).then(
    () => undefined,
    (error: DataError) => error.received,
  )
