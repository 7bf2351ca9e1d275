import { basename, dirname, extname } from 'node:path'
import { DataError, DmlCrcError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { FeatureNetwork } from '../feature-network.ts'
import { readTfjsFiles } from '../weights/tfjs-files.ts'
import { fromGraphModel } from './graph-model.ts'
import { fromLayersModel } from './layers-model.ts'
import { onnxFeatures } from './onnx.ts'
import type { OwnNetworkOptions } from './own-network.ts'

/** Whether a name is the path of a network of the user's own: a `model.json` of TensorFlow.js, or an ONNX file. */
export const isOwnNetwork = (name: string): boolean => /\.(json|onnx)$/i.test(name)

/**
 * Opens a network of the user's own by its path, which {@link isOwnNetwork} knows. It is called by the name of the file, of
 * a `model.json` that of its folder.
 * @throws {DataError} when the file is no such network.
 * @throws {InputError} when the network has another input or no such layer.
 */
export async function openOwnNetwork(path: string, options: OwnNetworkOptions = {}): Promise<FeatureNetwork> {
  if (extname(path).toLowerCase() === '.onnx') return onnxFeatures(path, options)
  const name = options.name ?? basename(basename(path) === 'model.json' ? dirname(path) : path, '.json')
  const artifacts = await readArtifacts(path)
  const handler = tf.io.fromMemory(artifacts)
  try {
    return artifacts.format === 'layers-model'
      ? await fromLayersModel(await tf.loadLayersModel(handler), { ...options, name })
      : await fromGraphModel(await tf.loadGraphModel(handler), { ...options, name })
  } catch (cause) {
    if (cause instanceof DmlCrcError) throw cause
    // Whatever TensorFlow.js says of a topology that it cannot build or run.
    throw new DataError(
      path,
      { expected: 'a network that TensorFlow.js runs', received: (cause as Error).message, remedy: REMEDY },
      { cause },
    )
  }
}

const REMEDY = 'Pass the model.json that the TensorFlow.js converter wrote.'

async function readArtifacts(path: string): Promise<tf.io.ModelArtifacts> {
  const { model, groups } = await readTfjsFiles(path)
  const { weightsManifest: _, ...rest } = model
  const weightData = new Uint8Array(Buffer.concat(groups.map(({ data }) => data))).buffer
  return { ...rest, weightSpecs: groups.flatMap(({ weights }) => weights), weightData }
}
