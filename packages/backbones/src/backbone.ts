import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { Pass } from './layers/layer.ts'
import { type Parameter, parameterName } from './layers/parameter.ts'
import { applyPreprocessing, checkImages, checkShape, preprocessingId } from './preprocessing.ts'
import type { BackboneRecord } from './record.ts'
import type { LoadedNetwork } from './weights/load.ts'
import { saveParameters } from './weights/own-format.ts'

/** A network that turns images into features. */
export interface Backbone {
  record: BackboneRecord
  /** The feature layer: the last block that is computed. */
  layer: string
  /** Numbers a feature. */
  featureSize: number
  /** Side of the images it takes. */
  inputSize: number
  /** SHA-256 of the file of weights, or `none:seed`. */
  weightsId: string
  /** Equal for two backbones exactly when they preprocess alike. */
  preprocessingId: string
  /** All variables by `unit/role`; gradients move those whose `trainable` is set. */
  variables: ReadonlyMap<string, tf.Variable>
  /**
   * Images [B, inputSize, inputSize, 3] of RGB 0..255 to the network's input of the same shape.
   * @throws {InputError} when the shape or the range is another; on webgpu the range is not checked.
   */
  preprocess(images: tf.Tensor4D): tf.Tensor4D
  /**
   * Preprocessed images to features [B, featureSize]: the mean of the layer's map over space.
   * @throws {InputError} when the shape is not [B, inputSize, inputSize, 3].
   */
  forward(images: tf.Tensor4D, options?: { training?: boolean }): tf.Tensor2D
  /** Images of RGB 0..255 to features [B, featureSize], as {@link preprocess} and {@link forward}. */
  features(images: tf.Tensor4D): tf.Tensor2D
  /** Writes the weights as safetensors, atomically; `createBackbone` reads them by that path. */
  save(path: string): Promise<void>
  /** Frees the variables. */
  dispose(): void
}

export interface BackboneOptions {
  inputSize: number
  norm: 'live' | 'frozen'
  dropout: number
  seed: number
}

export function makeBackbone(record: BackboneRecord, network: LoadedNetwork, options: BackboneOptions): Backbone {
  const { blocks, preprocessing, weightsId } = network
  const { inputSize } = options
  const parameters: Parameter[] = blocks.flatMap((block) => block.parameters)
  const prng = Prng.fromSeed(options.seed).split('dropout')
  const last = blocks[blocks.length - 1]

  const pass = (training: boolean): Pass => ({
    liveNorm: training && options.norm === 'live',
    dropout: training ? options.dropout : 0,
    prng,
    moveStatistics: true,
  })

  const backbone: Backbone = {
    record,
    layer: last.name,
    featureSize: last.layer.channels,
    inputSize,
    weightsId,
    preprocessingId: preprocessingId(preprocessing),
    variables: new Map(parameters.map((parameter) => [parameterName(parameter), parameter.variable!])),
    preprocess(images) {
      checkImages(images, inputSize)
      return applyPreprocessing(images, preprocessing)
    },
    forward(images, { training = false } = {}) {
      checkShape(images, inputSize)
      return tf.tidy(() => {
        const how = pass(training)
        const map = blocks.reduce((x, { layer }) => layer.apply(x, how), images)
        return tf.mean(map, [1, 2]) as tf.Tensor2D
      })
    },
    features: (images) => tf.tidy(() => backbone.forward(backbone.preprocess(images))),
    save: (path) => saveParameters(path, parameters, network, { backbone: record.name, layer: last.name }),
    dispose() {
      for (const { variable } of parameters) variable!.dispose()
    },
  }
  return backbone
}
