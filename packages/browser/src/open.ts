import { type Explanation, type Matrix, type OpenModel, openModel, type Prediction } from '@dml-crc/metric'
import type { ImageModel, Sample } from './image-model.ts'
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

export interface Reasons {
  /** The training images of the largest codes, largest magnitude first; a negative code speaks against its class. */
  support: readonly { row: number; sample: Sample; className: string; code: number }[]
  /** Each class's part of the sum of |code|, largest first; they sum to 1. */
  shares: readonly { className: string; share: number }[]
}

/** A model with all of it on the engine, for many calls. */
export interface OpenImageModel {
  /** As the function `predict`. */
  predict(pictures: Pictures): Promise<Answer[]>
  /** As the function `explain`. */
  explain(pictures: Pictures, options?: { top?: number }): Promise<Reasons[]>
  /** Frees the classifier; the network stays. */
  dispose(): void
}

/** Puts the classifier on the engine, where the network is. `predict` and `explain` do it for a single call. */
export function openImageModel(images: ImageModel): OpenImageModel {
  const open: OpenModel = openModel(images.model)
  return {
    predict: async (pictures) => answers(images, await open.predict(await features(images, pictures))),
    explain: async (pictures, options) =>
      reasons(images, await open.explain(await features(images, pictures), options)),
    dispose: open.dispose,
  }
}

/** Features [B, d] of pictures. */
export function features({ network }: ImageModel, pictures: Pictures): Promise<Matrix> {
  if ('shape' in pictures) return Promise.resolve(pictures)
  return network.features(Array.isArray(pictures) ? pictures : [pictures as ImageSource])
}

function answers({ model: { classNames } }: ImageModel, { probabilities, unknown }: Prediction): Answer[] {
  const [rows, width] = probabilities.shape
  return Array.from({ length: rows }, (_, i) => {
    const row = probabilities.data.subarray(i * width, (i + 1) * width)
    const order = [...row.keys()].sort((a, b) => row[b] - row[a])
    const classes = order.map((label) => ({ className: classNames[label], probability: row[label] }))
    return { ...classes[0], unknown: unknown[i] === 1, classes }
  })
}

function reasons({ model: { classNames }, samples }: ImageModel, explanations: readonly Explanation[]): Reasons[] {
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
