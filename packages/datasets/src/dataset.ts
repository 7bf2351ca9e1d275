import { InputError, nearest } from '@dml-crc/core'

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
}

/** @throws {InputError} when `name` is not one of `splits`; it lists them and suggests the nearest. */
export function checkSplit(dataset: string, splits: readonly string[], name: string): void {
  if (splits.includes(name)) return
  const meant = nearest(name, splits)
  throw new InputError(`split of ${dataset}`, {
    expected: `one of ${splits.join(', ')}`,
    received: `'${name}'`,
    remedy: meant ? `Did you mean '${meant}'?` : 'Choose one of these.',
  })
}
