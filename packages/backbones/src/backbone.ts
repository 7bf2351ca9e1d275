import { Prng, type PrngState, type Stateful } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { FeatureNetwork } from './feature-network.ts'
import { describeParts, partsOf, sideBySide } from './feature-parts.ts'
import type { Pass } from './layers/layer.ts'
import { parameterName } from './layers/parameter.ts'
import { frozen, recomputed } from './layers/recompute.ts'
import type { BuiltBlock } from './network.ts'
import { averagePool, type GlobalPool } from './pools.ts'
import { applyPreprocessing, checkImages, checkShape, preprocessingId, shortSideFor } from './preprocessing.ts'
import type { BackboneRecord } from './record.ts'
import type { LoadedNetwork } from './weights/load.ts'
import { saveParameters } from './weights/own-format.ts'

/**
 * A network that turns images into features, and that can be trained. `save` and `restore` are of what it keeps beside its
 * variables: the state of the generator that dropout draws from.
 */
export interface Backbone extends FeatureNetwork, Stateful {
  /** The layers whose maps a feature is made of, in the order of its parts. */
  readonly layers: readonly string[]
  /** What makes a part of a feature of a layer's map: each layer is pooled by each of these. */
  readonly pools: readonly GlobalPool[]
  /** The names of the variables of each block, in the order of the network, with what a pool of its map has learned. */
  readonly blocks: ReadonlyMap<string, readonly string[]>
  /**
   * Images [B, inputSize, inputSize, 3] of RGB 0..255 to the network's input of the same shape.
   * @throws {InputError} when the shape or the range is another; on webgpu the range is not checked.
   */
  preprocess(images: tf.Tensor4D): tf.Tensor4D
  /**
   * Preprocessed images to features [B, featureSize], in one pass of the network: the maps of the layers, pooled over space, side
   * by side. In training dropout acts and batch norm may be live.
   * @throws {InputError} when the shape is not [B, inputSize, inputSize, 3].
   */
  forward(images: tf.Tensor4D, options?: { training?: boolean }): tf.Tensor2D
  /** Images of RGB 0..255 to features [B, featureSize], as {@link preprocess} and {@link forward}. */
  features(images: tf.Tensor4D): tf.Tensor2D
  /** Writes the weights as safetensors, atomically; `createBackbone` reads them by that path. */
  saveWeights(path: string): Promise<void>
}

/** How a network is run, all of it decided. */
export interface Running {
  inputSize: number
  /** The number of blocks, from the first on, that are not trained. */
  frozenBlocks: number
  norm: 'live' | 'frozen'
  dropout: number
  recompute: boolean
  layers: readonly string[]
  pools: readonly GlobalPool[]
  seed: number
}

/** Tokens [B, 1, P + side², C] to the map of the patches [B, side, side, C] and the other tokens [B, P, C], where there are such. */
function splitTokens(tokens: tf.Tensor4D, prefix: number): [tf.Tensor4D, tf.Tensor3D?] {
  const [, , length, channels] = tokens.shape
  const side = Math.sqrt(length - prefix)
  const map = tf.reshape(tf.slice(tokens, [0, 0, prefix, 0]), [-1, side, side, channels]) as tf.Tensor4D
  if (prefix === 0) return [map]
  return [map, tf.reshape(tf.slice(tokens, [0, 0, 0, 0], [-1, -1, prefix, -1]), [-1, prefix, channels])]
}

/** Runs a network whose variables are filled. */
export function makeBackbone(record: BackboneRecord, network: LoadedNetwork, running: Running): Backbone {
  const { blocks, preprocessing, weightsId, ofPool } = network
  const { inputSize, frozenBlocks, norm, dropout, recompute, layers, pools } = running
  const parts = partsOf(layers, pools)
  const parameters = [...blocks.flatMap((block) => block.parameters), ...ofPool]
  let prng = Prng.fromSeed(running.seed).split('dropout')
  const blockOf = (layer: string) => blocks.find(({ name }) => name === layer)!
  for (const { parameters } of blocks.slice(0, frozenBlocks)) {
    for (const { variable } of parameters) variable!.trainable = false
  }

  function runBlock(block: BuiltBlock, index: number, x: tf.Tensor4D, pass: Pass): tf.Tensor4D {
    if (index < frozenBlocks) return frozen(block, x, pass)
    return recompute ? recomputed(block, x, pass) : block.layer.apply(x, pass)
  }

  function forward(images: tf.Tensor4D, { training = false } = {}): tf.Tensor2D {
    checkShape(images, inputSize)
    const pass: Pass = {
      liveNorm: training && norm === 'live',
      dropout: training ? dropout : 0,
      prng,
      moveStatistics: true,
    }
    return tf.tidy(() => {
      const outputs = new Map<string, tf.Tensor4D>()
      blocks.reduce((x, block, i) => {
        const output = runBlock(block, i, x, pass)
        outputs.set(block.name, output)
        return output
      }, images)
      return sideBySide(parts.map(({ layer, pool }) => pooled(layer, pool, outputs.get(layer)!)))
    })
  }

  function pooled(layer: string, pool: GlobalPool, output: tf.Tensor4D): tf.Tensor2D {
    const { prefixTokens } = blockOf(layer)
    const learned = ofPool.find(({ block }) => pool.learned !== undefined && block === layer)?.variable as
      | tf.Scalar
      | undefined
    if (prefixTokens === undefined) return pool.apply(output, { learned })
    const [map, tokens] = splitTokens(output, prefixTokens)
    return pool.apply(map, { tokens, learned })
  }

  function preprocess(images: tf.Tensor4D): tf.Tensor4D {
    checkImages(images, inputSize)
    return applyPreprocessing(images, preprocessing)
  }

  return {
    record,
    layer: describeParts(parts, record.pool ?? averagePool),
    layers,
    pools,
    featureSize: parts.reduce((sum, { layer, pool }) => sum + pool.size(blockOf(layer).layer.channels), 0),
    inputSize,
    weightsId,
    view: { shortSide: shortSideFor(preprocessing, inputSize), interpolation: preprocessing.interpolation },
    preprocessingId: preprocessingId(preprocessing),
    variables: new Map(parameters.map((parameter) => [parameterName(parameter), parameter.variable!])),
    blocks: new Map(
      blocks.map((block) => [
        block.name,
        [...block.parameters, ...ofPool.filter((each) => each.block === block.name)].map((each) => parameterName(each)),
      ]),
    ),
    preprocess,
    forward,
    features: (images) => tf.tidy(() => forward(preprocess(images))),
    save: async () => ({ json: prng.state(), tensors: new Map() }),
    restore({ json }) {
      prng = Prng.fromState(json as PrngState)
    },
    saveWeights: (path) =>
      saveParameters(path, parameters, network, { backbone: record.name, layers: layers.join(', ') }),
    dispose() {
      for (const { variable } of parameters) variable!.dispose()
    },
  }
}
