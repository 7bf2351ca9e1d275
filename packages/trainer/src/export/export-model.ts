import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Backbone, createBackbone, findPool } from '@dml-crc/backbones'
import { InputError, readJson, replaceFolder, writeFileAtomic, writeJsonAtomic } from '@dml-crc/core'
import { centerCrop } from '@dml-crc/datasets'
import { type Model, openModel } from '@dml-crc/metric'
import { loadModel, saveModel } from '@dml-crc/metric/files'
import * as tf from '@tensorflow/tfjs'
import { z } from 'zod'
import type { ImageModel } from '../predict.ts'
import { traceGraph } from './graph.ts'
import { savedModel } from './graph-def.ts'
import { checkParts, digestParts } from './parts.ts'
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
const Description = z.object({
  schema: z.literal(1),
  backbone: z.string(),
  layer: z.string(),
  pool: z.string(),
  inputSize: z.int().positive(),
  resize: z.number().optional(),
  mirror: z.boolean().optional(),
  /** SHA-256 of each file of the export. */
  parts: z.record(z.string(), z.string()),
})

const DESCRIPTION = 'export.json'
const BACKBONE = 'backbone.safetensors'
const MODEL = 'model.safetensors'
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
export async function exportModel(folder: string, options: ExportOptions): Promise<void> {
  const { backbone, model, resize, mirror } = options
  checkReplaceable(folder)
  const open = openModel(model)
  try {
    const graph = await traceGraph(backbone.inputSize, (images) => {
      const features = mirror ? mirroredMean(images, backbone) : backbone.features(images)
      return { features, scores: open.scores(features) }
    })
    await replaceFolder(folder, async (aside) => {
      await backbone.save(join(aside, BACKBONE))
      await saveModel(join(aside, MODEL), model)
      await writeTfjsModel(join(aside, 'tfjs'), graph)
      await writeFileAtomic(join(aside, SAVED_MODEL), savedModel(graph))
      const description: z.infer<typeof Description> = {
        schema: 1,
        backbone: backbone.record.name,
        layer: [...backbone.blocks.keys()].at(-1)!,
        pool: backbone.pool.name,
        inputSize: backbone.inputSize,
        resize,
        mirror,
        parts: await digestParts(aside, [BACKBONE, MODEL, SAVED_MODEL, ...TFJS]),
      }
      await writeJsonAtomic(join(aside, DESCRIPTION), description)
    })
  } finally {
    open.dispose()
  }
}

/** @throws {InputError} when the folder holds something that is not an export. */
function checkReplaceable(folder: string): void {
  const present = existsSync(folder) ? readdirSync(folder) : []
  if (present.length === 0 || present.includes(DESCRIPTION)) return
  const received = `other files, ${present[0]} among them`
  const remedy = 'Name another folder: this one is left as it is.'
  throw new InputError(folder, { expected: 'an empty folder, or one of an export', received, remedy })
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
  const remedy = 'Name a folder that exportModel wrote, or export the model again.'
  const description = readJson(path, Description, 'the description of an export', remedy)
  const { backbone: name, layer, pool, inputSize, resize, mirror, parts } = description
  await checkParts(folder, [BACKBONE, MODEL], parts)
  const model = await loadModel(join(folder, MODEL))
  const weights = join(folder, BACKBONE)
  const backbone = await createBackbone(name, { weights, layer, inputSize, pool: findPool(pool) })
  const { interpolation } = backbone.view
  return { backbone, model, mirror, transform: centerCrop({ size: inputSize, resize, interpolation }) }
}
