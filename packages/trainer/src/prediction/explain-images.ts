import { explain } from '@dml-crc/metric'
import { type ImageInputs, imageFeatures } from './image-features.ts'
import { type ImageModel, nameOfClass } from './predict.ts'

export interface ImageExplanation {
  /** The file, or `buffer 0` for the first buffer given. */
  source: string
  className: string
  /** The training images of the largest codes, largest magnitude first; a negative code speaks against its class. */
  support: readonly { id: string; className: string; code: number }[]
}

/**
 * Says which training images decide the classes of images.
 * @throws {InputError} when nothing is given, or the model has no codes.
 * @throws {DataError} for a path that is not there, a folder without images, or a damaged image.
 */
export async function explainImages(
  images: ImageModel,
  inputs: ImageInputs,
  options: { top?: number } = {},
): Promise<ImageExplanation[]> {
  const { model, samples } = images
  const { sources, features } = await imageFeatures(images, inputs)
  const explanations = await explain(model, features, options)
  return explanations.map(({ predicted, samples: support }, i) => ({
    source: sources[i],
    className: nameOfClass(model, predicted),
    support: support.map(({ index, label, code }) => ({
      id: samples?.[index] ?? `training image ${index}`,
      className: nameOfClass(model, label),
      code,
    })),
  }))
}
