import { existsSync } from 'node:fs'
import { relative } from 'node:path'
import { choiceError, DataError } from '@dml-crc/core'
import type { ImageDataset } from './dataset.ts'
import type { DatasetRecord } from './define-dataset.ts'
import { demo } from './demo/demo.ts'
import { type FolderOptions, folder } from './folder.ts'
import * as sets from './sets.ts'

/** The published sets by name. */
export const RECORDS: ReadonlyMap<string, DatasetRecord> = new Map(
  Object.values(sets).map((record) => [record.name, record]),
)

/** What {@link openDataset} opens: the drawn set, the published ones, and images of one's own. */
export const datasetNames: readonly string[] = ['demo', ...RECORDS.keys(), 'folder']

/**
 * Opens a data set by its name. The options are those of `folder`.
 * @throws {InputError} when the name is not known; {DataError} when its lists are not in `root`.
 */
export async function openDataset(name: string, root: string, options: FolderOptions = {}): Promise<ImageDataset> {
  if (name === 'folder') return folder(root, options)
  if (name === 'demo') return demo(root)
  const record = RECORDS.get(name)
  if (record) {
    if (!existsSync(root)) throw notFetched(root, record, 'no such folder')
    return record.open(root).catch((error) => {
      const cause = error instanceof DataError ? (error.cause as NodeJS.ErrnoException | undefined) : undefined
      if (cause?.code !== 'ENOENT' || !cause.path) throw error
      throw notFetched(root, record, `no ${relative(root, cause.path)}`, cause)
    })
  }
  throw choiceError('data set', name, datasetNames)
}

/** The error of a folder that is not there, or lacks one of its lists. */
function notFetched(root: string, { name, title, source }: DatasetRecord, received: string, cause?: Error): DataError {
  const from = 'files' in source ? `with \`dml-crc data get ${name}\`` : `from ${source.page}`
  const remedy = `Fetch it ${from}, or name the folder where it is: --data FOLDER.`
  return new DataError(root, { expected: `${title} in its official layout`, received, remedy }, { cause })
}
