import { explain as explainFeatures } from '@dml-crc/metric'
import type { ImageModel, Sample } from './image-model.ts'
import { features, type Pictures } from './predict.ts'

export interface Reasons {
  /** The training images of the largest codes, largest magnitude first; a negative code takes away. */
  support: readonly { row: number; sample: Sample; className: string; code: number }[]
  /** Each class's part of the sum of |code|, largest first; they sum to 1. */
  shares: readonly { className: string; share: number }[]
}

/**
 * Which training images decide what pictures are taken for, and how much each class has of the code.
 * @throws {InputError} for a picture that cannot be decoded, or a model that has no codes.
 */
export async function explain(
  images: ImageModel,
  pictures: Pictures,
  options: { top?: number } = {},
): Promise<Reasons[]> {
  const { model, samples } = images
  const { classNames } = model
  const explanations = await explainFeatures(model, await features(images, pictures), options)
  return explanations.map(({ samples: support, share }) => ({
    support: support.map(({ index, label, code }) => ({
      row: index,
      sample: samples[index],
      className: classNames[label],
      code,
    })),
    shares: Array.from(share, (part, label) => ({ className: classNames[label], share: part })).sort(
      (a, b) => b.share - a.share,
    ),
  }))
}
