import { readdir } from 'node:fs/promises'
import { basename, dirname, relative } from 'node:path'
import { DataError } from '@dml-crc/core'
import type { ImageRecord } from './dataset.ts'

/** The records whose files are not on disk. Reads each folder once, whatever the number of images. */
export async function missingImages(records: readonly ImageRecord[]): Promise<ImageRecord[]> {
  const folders = new Set(records.map(({ path }) => dirname(path)))
  const present = new Map<string, Set<string>>()
  for (const folder of folders) present.set(folder, new Set(await readdir(folder).catch(() => [])))
  return records.filter(({ path }) => !present.get(dirname(path))?.has(basename(path)))
}

/** @throws {DataError} when any image is missing: one error for all, with the first and the count. */
export async function checkPresent(root: string, what: string, records: readonly ImageRecord[]): Promise<void> {
  const missing = await missingImages(records)
  if (missing.length === 0) return
  throw new DataError(`${what} in ${root}`, {
    expected: `${records.length} images`,
    received: `${records.length - missing.length}: ${missing.length} are missing, the first is ${relative(root, missing[0].path)}`,
    remedy: 'Fetch the whole data set, or choose a split whose images are there.',
  })
}
