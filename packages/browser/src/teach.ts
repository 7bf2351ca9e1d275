import { InputError } from '@dml-crc/core/errors'
import { add as addRows, remove as removeRows } from '@dml-crc/metric'
import { type ImageModel, named, type Sample } from './image-model.ts'
import { features, type Pictures } from './open.ts'

/**
 * The model with pictures as further training images of a class, which is new where the model has none of that name. Nothing is
 * learned again: see `add` of @dml-crc/metric.
 * @param samples [B] what is known about each picture
 * @throws {InputError} for an empty name, a picture that cannot be decoded, or a model that keeps no samples.
 */
export async function add(
  images: ImageModel,
  pictures: Pictures,
  className: string,
  samples: readonly Sample[] = [],
): Promise<ImageModel> {
  const name = className.trim()
  if (name === '') {
    throw new InputError('className', { expected: 'a name', received: 'none', remedy: 'Name the class.' })
  }
  const { classNames } = images.model
  const rows = await features(images, pictures)
  const known = classNames.indexOf(name)
  const label = known < 0 ? classNames.length : known
  const labels = new Array(rows.shape[0]).fill(label)
  const model = await addRows(images.model, rows, labels, known < 0 ? { classNames: [name] } : {})
  const more = labels.map((_, i) => ({ ...(samples[i] ?? { id: `taught ${i + 1}` }), taught: true }))
  return named(images.network, model, [...images.samples, ...more])
}

/**
 * The model without some of its training images; a class that has none left is forgotten.
 * @param rows which, as numbered in `samples`
 * @throws {InputError} for rows that are not there, or when fewer than two classes would be left.
 */
export async function remove(images: ImageModel, rows: readonly number[]): Promise<ImageModel> {
  const gone = new Set(rows)
  const model = await removeRows(images.model, rows)
  const left = images.samples.filter((_, row) => !gone.has(row))
  return named(images.network, model, left)
}
