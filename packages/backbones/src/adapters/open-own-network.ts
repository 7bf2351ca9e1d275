import { readFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { DataError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { FeatureNetwork } from '../feature-network.ts'
import { fromGraphModel } from './graph-model.ts'
import { fromLayersModel } from './layers-model.ts'
import { type OnnxOptions, onnxFeatures } from './onnx.ts'

/** Whether a name is the path of a network of the user's own: a `model.json` of TensorFlow.js, or an ONNX file. */
export const isOwnNetwork = (name: string): boolean => /\.(json|onnx)$/i.test(name)

/**
 * Opens a network of the user's own by its path, which {@link isOwnNetwork} knows. It is called by the name of the file, of
 * a `model.json` that of its folder.
 * @throws {DataError} when the file is no such network.
 * @throws {InputError} when the network has another input or no such layer.
 */
export async function openOwnNetwork(path: string, options: OnnxOptions = {}): Promise<FeatureNetwork> {
  if (extname(path).toLowerCase() === '.onnx') return onnxFeatures(path, options)
  const name = options.name ?? basename(basename(path) === 'model.json' ? dirname(path) : path, '.json')
  const artifacts = await readArtifacts(path)
  const handler = tf.io.fromMemory(artifacts)
  return artifacts.format === 'layers-model'
    ? fromLayersModel(await tf.loadLayersModel(handler), { ...options, name })
    : fromGraphModel(await tf.loadGraphModel(handler), { ...options, name })
}

async function readArtifacts(path: string): Promise<tf.io.ModelArtifacts> {
  try {
    const { weightsManifest, ...rest } = JSON.parse(await readFile(path, 'utf8'))
    const groups = weightsManifest as tf.io.WeightsManifestConfig
    const shards = groups.flatMap(({ paths }) => paths.map((shard) => readFile(join(dirname(path), shard))))
    const weightData = new Uint8Array(Buffer.concat(await Promise.all(shards))).buffer
    return { ...rest, weightSpecs: groups.flatMap(({ weights }) => weights), weightData }
  } catch (cause) {
    const remedy = 'Pass the model.json that the TensorFlow.js converter wrote, its shards beside it.'
    throw new DataError(
      path,
      { expected: 'a model.json of TensorFlow.js', received: (cause as Error).message, remedy },
      { cause },
    )
  }
}
