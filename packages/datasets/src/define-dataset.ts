import { InputError } from '@dml-crc/core'
import { type ImageDataset, type ImageRecord, imageDataset } from './dataset.ts'

/** Under which terms a data set may be used. */
export interface Terms {
  title: string
  /** What the images may be used for; shown before anything is fetched. */
  licence: string
  /** The paper to cite. */
  citation: string
}

/** A file that a data set is made from. */
export interface SourceFile {
  name: string
  /** Its official address first, then others of the same file. */
  urls: readonly string[]
  bytes: number
  sha256: string
  /** For an archive: the leading folder that is taken off its paths (everything outside it is left out). */
  within?: string
}

/** Files that are downloaded, each known by its checksum. */
export interface Source {
  files: readonly SourceFile[]
  /** More files than the archives together hold: past it they are not what they claim to be. */
  mostFiles: number
  /** Images that are slightly damaged as published: they decode, with a few wrong pixels. */
  odd?: readonly string[]
}

/** What the lists of a data set say. */
export interface DatasetLists {
  classes: readonly string[]
  /** The images of each split, in the official order. */
  records: Record<string, readonly ImageRecord[]>
}

/** A data set before it is on disk. */
export interface DatasetRecord<Lists extends DatasetLists = DatasetLists> extends Terms {
  name: string
  /** How large the set is as published: classes, and images of each split. */
  published: { classes: number; images: Readonly<Record<string, number>> }
  /** Images that the official lists name, each once. */
  images: number
  /** Where it is downloaded from; a page to fetch it from by hand, where the checksums of its files are not known here. */
  source: Source | { page: string }
  /**
   * Opens the set in its official layout.
   * @throws {DataError} when a list is missing, damaged or contradicts another.
   */
  open(root: string): Promise<ImageDataset & Omit<Lists, keyof DatasetLists>>
}

/**
 * Describes a data set in its official layout: `read` reads the lists in a folder and none of the images. What it gives besides
 * classes and records becomes part of the opened set. The description is checked, frozen and returned.
 * @throws {InputError} when the terms are empty or there is no split.
 */
export function defineDataset<Lists extends DatasetLists>({
  read,
  ...facts
}: Omit<DatasetRecord, 'open'> & { read(root: string): Promise<Lists> }): DatasetRecord<Lists> {
  const { name, title, licence, citation, published } = facts
  const empty = Object.entries({ name, title, licence, citation }).find(([, text]) => text.trim() === '')
  const splits = Object.keys(published.images)
  if (empty || splits.length === 0) {
    throw new InputError(`data set ${name}`, {
      expected: 'a name, a title, a licence, a citation and at least one split',
      received: empty ? `no ${empty[0]}` : 'no split',
      remedy: 'Say what the page of the data set says.',
    })
  }
  return Object.freeze({
    ...facts,
    async open(root: string) {
      const { records, classes, ...more } = await read(root)
      return { ...imageDataset({ name, root, classes, records, published, licence, citation }), ...more }
    },
  })
}
