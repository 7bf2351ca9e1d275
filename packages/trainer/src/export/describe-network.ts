import type { Description } from '@dml-crc/browser/description'
import { centerViews } from '@dml-crc/datasets'
import type { ImageModelParts } from './image-model-file.ts'

/** What a graph for browsers says of itself, so that no other file has to be read to show it an image. */
export function describeNetwork({ backbone, model, resize, mirror = false }: ImageModelParts): Description {
  const { record, inputSize: size, view, weightsId, preprocessingId } = backbone
  return {
    format: 1,
    ...(model.classNames && { classNames: [...model.classNames] }),
    network: {
      name: record.name,
      layer: backbone.layer,
      id: weightsId,
      normalisation: preprocessingId,
    },
    image: {
      size,
      resize: centerViews({ size, resize }).map(({ reduced }) => reduced),
      interpolation: view.interpolation,
      mirror,
    },
  }
}
