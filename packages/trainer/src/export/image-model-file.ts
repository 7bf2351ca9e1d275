import { existsSync } from 'node:fs'
import { isAbsolute, join, relative, resolve } from 'node:path'
import {
  type Backbone,
  type BackboneRecord,
  createBackbone,
  findBackbone,
  findPool,
  type GlobalPool,
} from '@dml-crc/backbones'
import { DataError, InputError, listFolder, readJson, replaceFolder, writeJsonAtomic } from '@dml-crc/core'
import { centerViews } from '@dml-crc/datasets'
import type { Model } from '@dml-crc/metric'
import { loadModel, saveModel } from '@dml-crc/metric/files'
import * as z from 'zod'
import type { ImageModel } from '../prediction/predict.ts'
import { checkParts, digestParts } from './parts.ts'

/** What is written of a model of images. */
export interface ImageModelParts {
  backbone: Backbone
  /** From the `model` of a task, or fitted on features of the backbone. */
  model: Model
  /**
   * Short side in pixels that an image is resized to before the middle is cut out; by default that of `centerCrop`. With several,
   * the features of an image are the mean over them.
   */
  resize?: number | readonly number[]
  /** Take the mean of the features of each view and of its mirror image. */
  mirror?: boolean
  /** The name of the image of each row that was fitted on, for explanations. */
  samples?: readonly string[]
}

/** What `export.json` holds: all that is not a tensor. */
const Description = z.object({
  schema: z.literal(1),
  backbone: z.string(),
  layers: z.array(z.string()).min(1),
  pools: z.array(z.string()).min(1),
  inputSize: z.int().positive(),
  /** Of the backbone, where its file is not in the folder: as `createBackbone` takes them, and their digest. */
  weights: z.strictObject({ name: z.string(), id: z.string() }).optional(),
  /** A list where the features of an image are the mean over views at several short sides. */
  resize: z.union([z.number(), z.array(z.number()).min(2)]).optional(),
  mirror: z.boolean().optional(),
  samples: z.array(z.string()).optional(),
  /** SHA-256 of each file in the folder. */
  parts: z.record(z.string(), z.string()),
})

const DESCRIPTION = 'export.json'
const MODEL = 'model.safetensors'

/** The file of the backbone's weights in the folder of a model that brings them. */
export const BACKBONE = 'backbone.safetensors'

/** Whether a folder holds what {@link saveImageModel} writes. */
export const holdsImageModel = (folder: string): boolean => existsSync(join(folder, DESCRIPTION))

/** @throws {InputError} when the folder holds something that is not a model of images. */
export async function checkReplaceable(folder: string): Promise<void> {
  const present = await listFolder(folder)
  if (present.length === 0 || present.includes(DESCRIPTION)) return
  const received = `other files, ${present[0]} among them`
  const remedy = 'Name another folder: this one is left as it is.'
  throw new InputError(folder, { expected: 'an empty folder, or one of an export', received, remedy })
}

/**
 * Writes a model of images as a folder: `model.safetensors` and `export.json`, which names the weights of the backbone
 * instead of holding them. {@link loadExport} reads it. The folder is put in its place as a whole.
 * @param weights what the backbone was made from: a tag, or the path of a file
 * @throws {InputError} when the folder holds other things.
 */
export async function saveImageModel(folder: string, parts: ImageModelParts, weights: string): Promise<void> {
  await checkReplaceable(folder)
  const name = within(folder, weights)
  await replaceFolder(folder, (aside) => writeImageModel(aside, parts, { weights: name }))
}

/** The files of {@link saveImageModel}, beside `others` that are in the folder already. */
export async function writeImageModel(
  folder: string,
  { backbone, model, resize, mirror, samples }: ImageModelParts,
  { weights, others = [] }: { weights?: string; others?: readonly string[] },
): Promise<void> {
  await saveModel(join(folder, MODEL), model)
  const description: z.infer<typeof Description> = {
    schema: 1,
    backbone: backbone.record.name,
    layers: [...backbone.layers],
    pools: backbone.pools.map(({ name }) => name),
    inputSize: backbone.inputSize,
    ...(weights !== undefined && { weights: { name: weights, id: backbone.weightsId } }),
    ...(resize !== undefined && { resize: listed(resize) }),
    ...(mirror !== undefined && { mirror }),
    ...(samples && { samples: [...samples] }),
    parts: await digestParts(folder, [MODEL, ...others]),
  }
  await writeJsonAtomic(join(folder, DESCRIPTION), description)
}

/** Several short sides as a list, and one as a number. */
const listed = (resize: number | readonly number[]) =>
  typeof resize === 'number' ? resize : resize.length === 1 ? resize[0] : [...resize]

/** A file's path as seen from the folder, so that both can be moved together; a tag stays as it is. */
function within(folder: string, weights: string): string {
  if (!existsSync(weights)) return weights
  const path = relative(folder, weights)
  return path.startsWith(join('..', '..')) ? resolve(weights) : path
}

/** What a model was made with that is in no list. */
export interface LoadExportOptions {
  /** The record of the backbone, from `defineBackbone`, where it is not one of `listBackbones`. */
  backbone?: BackboneRecord
  /** All pools in their order, where one is your own and not that of the record. */
  pools?: readonly GlobalPool[]
}

/**
 * Reads what `exportModel` or {@link saveImageModel} wrote, ready for `predict`. Dispose of its backbone.
 * @throws {InputError} when the model is of another backbone or pool than those given, or of ones that are in no list.
 * @throws {DataError} when the folder holds no model, or a damaged one, or the weights are not those that it was made with.
 */
export async function loadExport(folder: string, own: LoadExportOptions = {}): Promise<ImageModel & ImageModelParts> {
  const path = join(folder, DESCRIPTION)
  const remedy = 'Name a folder that `dml-crc run`, `train` or `export` wrote.'
  const description = readJson(path, Description, 'the description of a model of images', remedy)
  const { backbone: name, layers, inputSize, resize, mirror, samples, parts } = description
  const record = own.backbone ? requireName('backbone', own.backbone, name) : findBackbone(name)
  const pools = description.pools.map((name, i) =>
    own.pools ? requireName('pool', own.pools[i] ?? { name: 'none' }, name) : poolOf(record, name),
  )
  await checkParts(folder, description.weights ? [MODEL] : [MODEL, BACKBONE], parts)
  const model = await loadModel(join(folder, MODEL))
  const weights = description.weights ? outside(folder, description.weights.name) : join(folder, BACKBONE)
  const backbone = await createBackbone(record, { weights, layers, inputSize, pools })
  const { id } = description.weights ?? {}
  if (id !== undefined && backbone.weightsId !== id) {
    backbone.dispose()
    throw new DataError(`weights of ${name}`, {
      expected: `those that ${folder} was made with, SHA-256 ${id}`,
      received: `${weights}, SHA-256 ${backbone.weightsId}`,
      remedy: 'Put the file back, or make the model again.',
    })
  }
  const { interpolation } = backbone.view
  const transforms = centerViews({ size: inputSize, resize, mirror, interpolation })
  return { backbone, model, resize, mirror, samples, transforms }
}

/** A record may bring a pool of its own. */
const poolOf = (record: BackboneRecord, name: string): GlobalPool =>
  record.pool?.name === name ? record.pool : findPool(name)

function requireName<T extends { name: string }>(what: string, given: T, expected: string): T {
  if (given.name === expected) return given
  const remedy = `Pass the ${what} that the model was made with.`
  throw new InputError(what, { expected: `${expected}, as the model was made with`, received: given.name, remedy })
}

function outside(folder: string, name: string): string {
  const path = isAbsolute(name) ? name : join(folder, name)
  return existsSync(path) ? path : name
}
