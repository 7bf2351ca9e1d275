import type { Backbone } from '@dml-crc/backbones'
import type { Transform } from '@dml-crc/datasets'
import { type Model, predict as predictFeatures } from '@dml-crc/metric'
import { type ImageInputs, imageFeatures } from './image-features.ts'

/** All it takes to name what an image shows. */
export interface ImageModel {
  backbone: Backbone
  /** The views of an image that are looked at: the mean of their features is that of the image. */
  transforms: readonly Transform[]
  /** Takes features as the backbone gives them, and knows the names of its classes. */
  model: Model
  /** The name of the image of each row that the model was fitted on, where they are known. */
  samples?: readonly string[]
}

export interface ImagePrediction {
  /** The file, or `buffer 0` for the first buffer given. */
  source: string
  label: number
  className: string
  /** Whether the likeliest class is below the threshold of the model's calibration: the image shows none of the classes. */
  unknown: boolean
  /** The likeliest classes, best first. */
  top: readonly { className: string; probability: number }[]
}

/**
 * Classifies images, given as paths of files, of folders, or as the bytes of image files.
 * @throws {InputError} when nothing is given.
 * @throws {DataError} for a path that is not there, a folder without images, or a damaged image.
 */
export async function predict(images: ImageModel, inputs: ImageInputs, { top = 5 } = {}): Promise<ImagePrediction[]> {
  const { sources, features } = await imageFeatures(images, inputs)
  const { model } = images
  const { labels, probabilities, unknown } = await predictFeatures(model, features)
  const [, count] = probabilities.shape
  return sources.map((source, i) => {
    const row = probabilities.data.subarray(i * count, (i + 1) * count)
    const order = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, top)
    return {
      source,
      label: labels[i],
      className: nameOfClass(model, labels[i]),
      unknown: unknown[i] === 1,
      top: order.map((c) => ({ className: nameOfClass(model, c), probability: row[c] })),
    }
  })
}

export const nameOfClass = ({ classNames }: Model, label: number): string => classNames?.[label] ?? `class ${label}`
