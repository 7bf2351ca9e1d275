import { type Matrix, predict as predictFeatures } from '@dml-crc/metric'
import type { ImageModel } from './image-model.ts'
import type { ImageSource } from './preprocess.ts'

/** Pictures, or their features [B, d], which are worth keeping where a model is taught. */
export type Pictures = ImageSource | readonly ImageSource[] | Matrix

export interface Answer {
  className: string
  /** Of the class named; as trustworthy as the calibration of the model. */
  probability: number
  /** Whether the picture shows none of the classes: the likeliest is below the threshold of the calibration. */
  unknown: boolean
  /** Every class, likeliest first. */
  classes: readonly { className: string; probability: number }[]
}

/** Features [B, d] of pictures. */
export function features({ network }: ImageModel, pictures: Pictures): Promise<Matrix> {
  if ('shape' in pictures) return Promise.resolve(pictures)
  return network.features(Array.isArray(pictures) ? pictures : [pictures as ImageSource])
}

/**
 * Names what pictures show.
 * @throws {InputError} for a picture that cannot be decoded, or features of another width.
 */
export async function predict(images: ImageModel, pictures: Pictures): Promise<Answer[]> {
  const { model } = images
  const { probabilities, unknown } = await predictFeatures(model, await features(images, pictures))
  const [rows, width] = probabilities.shape
  return Array.from({ length: rows }, (_, i) => {
    const row = probabilities.data.subarray(i * width, (i + 1) * width)
    const order = [...row.keys()].sort((a, b) => row[b] - row[a])
    const classes = order.map((label) => ({ className: model.classNames[label], probability: row[label] }))
    return { ...classes[0], unknown: unknown[i] === 1, classes }
  })
}
