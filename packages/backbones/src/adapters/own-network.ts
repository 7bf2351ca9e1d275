import { InputError, writeSafetensors } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { Backbone } from '../backbone.ts'
import { describeParts, partsOf, sideBySide } from '../feature-parts.ts'
import { averagePool, type GlobalPool } from '../pools.ts'
import {
  applyPreprocessing,
  checkImages,
  checkShape,
  imagenetRgb,
  type Preprocessing,
  preprocessingId,
  shortSideFor,
} from '../preprocessing.ts'

/** What is to be said about a network of the user's own. */
export interface OwnNetworkOptions {
  /** By what it is called in results; the file's name where it has one. */
  name?: string
  /** What the weights expect: ImageNet's mean and deviation where left out. */
  preprocessing?: Preprocessing
  /** Side of the images; where left out the one that the network states, or 224. */
  inputSize?: number
  /**
   * The outputs that a feature is made of, side by side: features [B, d] as they are, maps [B, H, W, C] by the pools. The network's
   * own output where left out.
   */
  layers?: readonly string[]
  /** What makes a part of a feature of a map [B, H, W, C]: each map is pooled by each of these. The average where left out. */
  pools?: readonly GlobalPool[]
}

const DEFAULT_SIZE = 224

/**
 * The side of the images: what is asked for, else what the network states, else 224.
 * @throws {InputError} when the network takes another one only.
 */
export function sideOf(name: string, stated: number | undefined, asked: number | undefined): number {
  if (stated === undefined || asked === undefined || stated === asked) return asked ?? stated ?? DEFAULT_SIZE
  throw new InputError(`inputSize of ${name}`, {
    expected: `${stated}, the only size that it takes`,
    received: String(asked),
    remedy: 'Leave inputSize out.',
  })
}
export const DEFAULT_PREPROCESSING = imagenetRgb

interface OwnNetwork extends OwnNetworkOptions {
  name: string
  layers: readonly string[]
  inputSize: number
  weightsId: string
  variables: ReadonlyMap<string, tf.Variable>
  /** Preprocessed images [B, size, size, 3] to features [B, d] or a map [B, H, W, C] for each of the layers. */
  compute(images: tf.Tensor4D, training: boolean): tf.Tensor[]
  dispose(): void
}

/** The outputs of the layers [B, d] or [B, H, W, C] as features [B, Σ d]: a map by each of the pools, the others as they are. */
export function assembled(
  outputs: readonly tf.Tensor[],
  pools: readonly GlobalPool[],
  beside?: { learned?: tf.Scalar },
): tf.Tensor2D {
  const apply = (output: tf.Tensor) =>
    output.rank === 4 ? pools.map((pool) => pool.apply(output as tf.Tensor4D, beside)) : [output as tf.Tensor2D]
  return sideBySide(outputs.flatMap(apply))
}

/** A backbone of one block that runs a network of the user's own. */
export function ownNetwork(network: OwnNetwork): Backbone {
  const { name, layers, inputSize, weightsId, compute } = network
  const { preprocessing = DEFAULT_PREPROCESSING, pools = [averagePool] } = network
  const first = pools.find((pool) => pool.learned !== undefined)?.learned
  const learned = first === undefined ? undefined : tf.tidy(() => tf.variable(tf.scalar(first)))
  const variables = new Map([...network.variables, ...(learned ? [['pool/value', learned] as const] : [])])

  const forward = (images: tf.Tensor4D, { training = false } = {}): tf.Tensor2D => {
    checkShape(images, inputSize)
    return tf.tidy(() => assembled(compute(images, training), pools, { learned }))
  }
  const preprocess = (images: tf.Tensor4D): tf.Tensor4D => {
    checkImages(images, inputSize)
    return applyPreprocessing(images, preprocessing)
  }
  const featureSize = tf.tidy(() => forward(tf.zeros([1, inputSize, inputSize, 3])).shape[1])

  return {
    record: { name },
    layer: describeParts(partsOf(layers, pools), averagePool),
    layers,
    pools,
    featureSize,
    inputSize,
    weightsId,
    view: { shortSide: shortSideFor(preprocessing, inputSize), interpolation: preprocessing.interpolation },
    preprocessingId: preprocessingId(preprocessing),
    variables,
    blocks: new Map([['network', [...variables.keys()]]]),
    preprocess,
    forward,
    features: (images) => tf.tidy(() => forward(preprocess(images))),
    // Whatever dropout the network has draws from TensorFlow.js' own generator.
    save: async () => ({ json: null, tensors: new Map() }),
    restore() {},
    async saveWeights(path) {
      const tensors = [...variables].map(
        async ([key, variable]) =>
          [key, { shape: variable.shape, data: (await variable.data()) as Float32Array }] as const,
      )
      await writeSafetensors(path, await Promise.all(tensors))
    },
    dispose() {
      learned?.dispose()
      network.dispose()
    },
  }
}
