import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Backbone, createBackbone } from '@dml-crc/backbones'
import { DataError, writeFileAtomic, writeJsonAtomic } from '@dml-crc/core'
import { centerCrop } from '@dml-crc/datasets'
import { type Model, openModel } from '@dml-crc/metric'
import { loadModel, saveModel } from '@dml-crc/metric/files'
import * as tf from '@tensorflow/tfjs'
import type { ImageModel } from '../predict.ts'
import { traceGraph } from './graph.ts'
import { savedModel } from './graph-def.ts'
import { writeTfjsModel } from './tfjs-model.ts'

export interface ExportOptions {
  backbone: Backbone
  /** From the `model` of a task, or fitted on features of the backbone. */
  model: Model
  /** Short side that an image is resized to before the middle is cut out; by default that of `centerCrop`. */
  resize?: number
  /** Take the mean of the features of an image and of its mirror image. */
  mirror?: boolean
}

/** What `export.json` holds: all that is not a tensor. */
interface Description {
  schema: 1
  backbone: string
  layer: string
  inputSize: number
  resize?: number
  mirror?: boolean
}

const DESCRIPTION = 'export.json'
const BACKBONE = 'backbone.safetensors'
const MODEL = 'model.safetensors'

/**
 * Writes a trained model as one folder: `backbone.safetensors`, `model.safetensors` and `export.json`, which
 * {@link loadExport} reads; and, of the whole way from images [B, size, size, 3] (RGB 0…255) to `features` and `scores`,
 * `tfjs/model.json` for browsers (`tf.loadGraphModel`) and `saved_model/` for TensorFlow.
 * @throws {InputError} when the backbone does something that the export has no name for.
 */
export async function exportModel(folder: string, options: ExportOptions): Promise<void> {
  const { backbone, model, resize, mirror } = options
  const open = openModel(model)
  try {
    const graph = await traceGraph(backbone.inputSize, (images) => {
      const features = mirror ? mirroredMean(images, backbone) : backbone.features(images)
      return { features, scores: open.scores(features) }
    })
    await backbone.save(join(folder, BACKBONE))
    await saveModel(join(folder, MODEL), model)
    await writeTfjsModel(join(folder, 'tfjs'), graph)
    await writeFileAtomic(join(folder, 'saved_model', 'saved_model.pb'), savedModel(graph))
    const description: Description = {
      schema: 1,
      backbone: backbone.record.name,
      layer: backbone.layer,
      inputSize: backbone.inputSize,
      resize,
      mirror,
    }
    await writeJsonAtomic(join(folder, DESCRIPTION), description)
  } finally {
    open.dispose()
  }
}

/** The mean of the features of images and of their mirror images, [B, featureSize]. */
function mirroredMean(images: tf.Tensor4D, backbone: Backbone): tf.Tensor2D {
  const turned = backbone.features(tf.reverse(images, 2))
  return tf.div(tf.add(backbone.features(images), turned), 2)
}

/**
 * Reads what {@link exportModel} wrote, ready for `predict`. Dispose of its backbone.
 * @throws {DataError} when the folder holds no export, or a damaged one.
 */
export async function loadExport(folder: string): Promise<ImageModel> {
  const path = join(folder, DESCRIPTION)
  const text = await readFile(path, 'utf8').catch((cause) => {
    const remedy = 'Name a folder that exportModel wrote.'
    throw new DataError(path, { expected: 'the description of an export', received: cause.code, remedy }, { cause })
  })
  const { backbone: name, layer, inputSize, resize, mirror } = JSON.parse(text) as Description
  const model = await loadModel(join(folder, MODEL))
  const backbone = await createBackbone(name, { weights: join(folder, BACKBONE), layer, inputSize })
  return { backbone, model, mirror, transform: centerCrop({ size: inputSize, resize }) }
}
