import { choiceError } from '@dml-crc/core'
import { checkPresent } from './present.ts'

/** A rectangle in pixels of the upright image. It may run past the image's edge: crops clamp it. */
export interface Box {
  left: number
  top: number
  width: number
  height: number
}

/** One image of a data set. */
export interface ImageRecord {
  /** The image's name within its data set, the same on every machine. */
  id: string
  path: string
  /** Index into the data set's `classes`. */
  label: number
  /** The object's bounding box, where the data set has one. */
  box?: Box
}

/** A data set on disk whose lists have been read and whose images have not. */
export interface ImageDataset {
  name: string
  root: string
  classes: readonly string[]
  splits: readonly string[]
  /** How large the set is as published, of sets that are published: a part of it has fewer classes or images. */
  published?: { classes: number; images: Readonly<Record<string, number>> }
  /** What the images may be used for. */
  licence: string
  /** The paper to cite. */
  citation: string
  /**
   * The images of one split, in the official order.
   * @throws {InputError} when there is no split of that name.
   * @throws {DataError} when images of the split are not on disk; it names the first and counts them.
   */
  split(name: string): Promise<readonly ImageRecord[]>
  /** Every image that the lists name, each once, whether it is on disk or not. */
  listed(): readonly ImageRecord[]
}

/** A data set from the records of its splits. */
export function imageDataset({
  records,
  ...facts
}: Pick<ImageDataset, 'name' | 'root' | 'classes' | 'published' | 'licence' | 'citation'> & {
  records: Record<string, readonly ImageRecord[]>
}): ImageDataset {
  const splits = Object.keys(records)
  return {
    ...facts,
    splits,
    async split(name) {
      checkSplit(facts.name, splits, name)
      await checkPresent(facts.root, `the ${name} split of ${facts.name}`, records[name])
      return records[name]
    },
    listed: () => [...new Map(Object.values(records).flatMap((list) => list.map((one) => [one.id, one]))).values()],
  }
}

/** @throws {InputError} when `name` is not one of `splits`; it lists them and suggests the nearest. */
function checkSplit(dataset: string, splits: readonly string[], name: string): void {
  if (!splits.includes(name)) throw choiceError(`split of ${dataset}`, name, splits)
}
