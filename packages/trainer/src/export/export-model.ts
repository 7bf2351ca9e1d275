import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Backbone, createBackbone } from '@dml-crc/backbones'
import {
  DataError,
  type HostTensor,
  readSafetensors,
  writeFileAtomic,
  writeJsonAtomic,
  writeSafetensors,
} from '@dml-crc/core'
import { centerCrop } from '@dml-crc/datasets'
import * as tf from '@tensorflow/tfjs'
import type { ImageModel } from '../predict.ts'
import { traceGraph } from './graph.ts'
import { savedModel } from './graph-def.ts'
import { type Head, loadHead } from './head.ts'
import { writeTfjsModel } from './tfjs-model.ts'

export interface ExportOptions {
  backbone: Backbone
  /** From the `head` of a task. */
  head: Head
  /** The names of the classes. */
  classes: readonly string[]
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
  classes: readonly string[]
  head: Record<string, unknown>
}

const DESCRIPTION = 'export.json'
const BACKBONE = 'backbone.safetensors'
const HEAD = 'head.safetensors'

const isTensor = (value: unknown): value is HostTensor => typeof value === 'object' && value !== null && 'data' in value

/**
 * Writes a trained model as one folder: `backbone.safetensors`, `head.safetensors` and `export.json`, which
 * {@link loadExport} reads; and, of the whole way from images [B, size, size, 3] (RGB 0…255) to `features` and `scores`,
 * `tfjs/model.json` for browsers (`tf.loadGraphModel`) and `saved_model/` for TensorFlow.
 * @throws {InputError} when the backbone does something that the export has no name for.
 */
export async function exportModel(folder: string, options: ExportOptions): Promise<void> {
  const { backbone, head, classes, resize, mirror } = options
  const tensors = Object.entries(head).filter((entry): entry is [string, HostTensor] => isTensor(entry[1]))
  const values = Object.entries(head).filter(([, value]) => !isTensor(value))
  const loaded = loadHead(head)
  try {
    const graph = await traceGraph(backbone.inputSize, (images) => {
      const features = mirror ? mirroredMean(images, backbone) : backbone.features(images)
      return { features, scores: loaded.scores(features) }
    })
    await backbone.save(join(folder, BACKBONE))
    await writeSafetensors(join(folder, HEAD), tensors)
    await writeTfjsModel(join(folder, 'tfjs'), graph)
    await writeFileAtomic(join(folder, 'saved_model', 'saved_model.pb'), savedModel(graph))
    const description: Description = {
      schema: 1,
      backbone: backbone.record.name,
      layer: backbone.layer,
      inputSize: backbone.inputSize,
      resize,
      mirror,
      classes,
      head: Object.fromEntries(values),
    }
    await writeJsonAtomic(join(folder, DESCRIPTION), description)
  } finally {
    loaded.classifier.dispose()
  }
}

/** The mean of the features of images and of their mirror images, [B, featureSize]. */
function mirroredMean(images: tf.Tensor4D, backbone: Backbone): tf.Tensor2D {
  const turned = backbone.features(tf.reverse(images, 2))
  return tf.div(tf.add(backbone.features(images), turned), 2)
}

/**
 * Reads what {@link exportModel} wrote, ready for `predict`. Dispose of its backbone and its classifier.
 * @throws {DataError} when the folder holds no export, or a damaged one.
 */
export async function loadExport(folder: string): Promise<ImageModel> {
  const path = join(folder, DESCRIPTION)
  const text = await readFile(path, 'utf8').catch((cause) => {
    const remedy = 'Name a folder that exportModel wrote.'
    throw new DataError(path, { expected: 'the description of an export', received: cause.code, remedy }, { cause })
  })
  const { backbone: name, layer, inputSize, resize, mirror, classes, head } = JSON.parse(text) as Description
  const { tensors } = await readSafetensors(join(folder, HEAD))
  const backbone = await createBackbone(name, { weights: join(folder, BACKBONE), layer, inputSize })
  const { classifier } = loadHead({ ...head, ...Object.fromEntries(tensors) } as unknown as Head)
  return { backbone, classifier, classes, mirror, transform: centerCrop({ size: inputSize, resize }) }
}
