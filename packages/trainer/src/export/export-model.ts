import { join } from 'node:path'
import type { Backbone } from '@dml-crc/backbones'
import { replaceFolder, writeFileAtomic } from '@dml-crc/core'
import { openModel } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { traceGraph } from './graph.ts'
import { savedModel } from './graph-def.ts'
import { BACKBONE, checkReplaceable, type ImageModelParts, writeImageModel } from './image-model-file.ts'
import { writeTfjsModel } from './tfjs-model.ts'

const SAVED_MODEL = 'saved_model/saved_model.pb'
const TFJS = ['tfjs/model.json', 'tfjs/weights.bin']

/**
 * Writes a trained model as one folder: `backbone.safetensors`, `model.safetensors` and `export.json`, which
 * {@link loadExport} reads; and, of the whole way from images [B, size, size, 3] (RGB 0…255) to `features` and `scores`,
 * `tfjs/model.json` for browsers (`tf.loadGraphModel`) and `saved_model/` for TensorFlow.
 * The folder is put in its place as a whole, with the digests of its files; one that holds other things than an export is left
 * as it is.
 * @throws {InputError} when the backbone does something that the export has no name for, or the folder holds other things.
 */
export async function exportModel(folder: string, options: ImageModelParts): Promise<void> {
  const { backbone, model, mirror } = options
  await checkReplaceable(folder)
  const open = openModel(model)
  try {
    const graph = await traceGraph(backbone.inputSize, (images) => {
      const features = mirror ? mirroredMean(images, backbone) : backbone.features(images)
      return { features, scores: open.scores(features) }
    })
    await replaceFolder(folder, async (aside) => {
      await backbone.saveWeights(join(aside, BACKBONE))
      await writeTfjsModel(join(aside, 'tfjs'), graph)
      await writeFileAtomic(join(aside, SAVED_MODEL), savedModel(graph))
      await writeImageModel(aside, options, { others: [BACKBONE, SAVED_MODEL, ...TFJS] })
    })
  } finally {
    open.dispose()
  }
}

/** The mean of the features of images and of their mirror images, [B, featureSize]. */
function mirroredMean(images: tf.Tensor4D, backbone: Backbone): tf.Tensor2D {
  const turned = backbone.features(tf.reverse(images, 2))
  return tf.div(tf.add(backbone.features(images), turned), 2)
}
