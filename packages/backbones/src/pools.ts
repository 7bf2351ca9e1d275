import { checkPositive, choiceError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'

/** A head that makes one feature of a whole map, whatever its height and width. */
export interface GlobalPool {
  name: string
  /** Whether it needs a class token, as transformers have it. */
  ofClassToken?: boolean
  /** First value of a number that is learned: a backbone trains and saves it with its variables. None where left out. */
  learned?: number
  /** Length of a feature for a map with this number of channels. */
  size(channels: number): number
  /** A map [B, H, W, C] to features [B, size(C)]. */
  apply(map: tf.Tensor4D, beside?: BesideMap): tf.Tensor2D
}

/** What a pool may need beside the map. */
export interface BesideMap {
  /** Of a transformer, the tokens [B, P, C] that are not those of patches. */
  tokens?: tf.Tensor3D
  /** The number that is learned as it stands, []; its first value where left out. */
  learned?: tf.Scalar
}

/** The mean over space. */
export const averagePool: GlobalPool = {
  name: 'average',
  size: (channels) => channels,
  apply: (map) => tf.mean(map, [1, 2]),
}

/** The maximum over space. */
export const maximumPool: GlobalPool = {
  name: 'max',
  size: (channels) => channels,
  apply: (map) => tf.max(map, [1, 2]),
}

const classTokenOf = (tokens: tf.Tensor3D) =>
  tf.reshape(tf.slice(tokens, [0, 0, 0], [-1, 1, -1]), [-1, tokens.shape[2]]) as tf.Tensor2D

/** The class token: `global_pool='token'` in timm. */
export const classTokenPool: GlobalPool = {
  name: 'class token',
  ofClassToken: true,
  size: (channels) => channels,
  apply: (_map, { tokens } = {}) => classTokenOf(tokens!),
}

/** The class token, then the mean over the patches: the features of DINOv2's linear evaluation. */
export const classTokenAndAveragePool: GlobalPool = {
  name: 'class token and average',
  ofClassToken: true,
  size: (channels) => 2 * channels,
  apply: (map, { tokens } = {}) =>
    tf.tidy(() => tf.concat([classTokenOf(tokens!), tf.mean(map, [1, 2])], 1) as tf.Tensor2D),
}

/**
 * (1/|map| Σ max(x, ε)^p)^(1/p), channel by channel: the mean for p = 1, the maximum as p grows
 * (Radenović, Tolias, Chum, "Fine-tuning CNN Image Retrieval with No Human Annotation", TPAMI 2019, eq. 3).
 * `power` is p, 3 by default; `learned` says whether p is trained with the network, from `power` on.
 * @throws {InputError} when the power is not a finite number above 0.
 */
export function generalisedMeanPool({ power = 3, learned = false } = {}): GlobalPool {
  checkPositive('power', power)
  return {
    name: `generalised mean ${learned ? 'learned from ' : ''}${power}`,
    ...(learned && { learned: power }),
    size: (channels) => channels,
    apply: (map, { learned: p } = {}) =>
      tf.tidy(() => {
        const exponent = p ?? power
        const positive = tf.maximum(map, 1e-6)
        return tf.pow(tf.mean(tf.pow(positive, exponent), [1, 2]), tf.div(1, exponent)) as tf.Tensor2D
      }),
  }
}

/**
 * The mean outer product of the map's columns with themselves, its signed square root, of unit norm
 * (Lin, RoyChowdhury, Maji, "Bilinear CNN Models for Fine-grained Visual Recognition", ICCV 2015, section 3). C² numbers.
 */
export const bilinearPool: GlobalPool = {
  name: 'bilinear',
  size: (channels) => channels ** 2,
  apply: (map) =>
    tf.tidy(() => {
      const [batch, height, width, channels] = map.shape
      const columns = tf.reshape(map, [batch, height * width, channels])
      const products = tf.div(tf.matMul(columns, columns, true, false), height * width)
      const flat = tf.reshape(products, [batch, channels ** 2])
      // The root of a number that is nearly 0 would have a gradient without bound.
      const rooted = tf.mul(tf.sign(flat), tf.sqrt(tf.add(tf.abs(flat), 1e-8)))
      return tf.div(rooted, tf.maximum(tf.norm(rooted, 2, 1, true), 1e-12)) as tf.Tensor2D
    }),
}

/** The pools that an experiment or an exported model may name; of the generalised mean, those of other powers too. */
const POOLS: readonly GlobalPool[] = [
  averagePool,
  maximumPool,
  classTokenPool,
  classTokenAndAveragePool,
  generalisedMeanPool(),
  generalisedMeanPool({ learned: true }),
  bilinearPool,
]

/** @throws {InputError} when no pool has that name. */
export function findPool(name: string): GlobalPool {
  const found = POOLS.find((pool) => pool.name === name)
  if (found) return found
  const [, learned, power] = /^generalised mean (learned from )?([\d.]+)$/.exec(name) ?? []
  if (power) return generalisedMeanPool({ power: Number(power), learned: learned !== undefined })
  const names = POOLS.map((pool) => pool.name)
  throw choiceError('pool', name, names)
}
