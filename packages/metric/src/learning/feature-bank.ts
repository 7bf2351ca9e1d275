import { InputError } from '@dml-crc/core/errors'
import { checkWhole } from '@dml-crc/core/numbers'
import * as tf from '@tensorflow/tfjs'
import type { Matrix } from '../samples/matrix.ts'

export interface FeatureBankOptions {
  /** N, the samples that it remembers. */
  count: number
  /** d */
  width: number
  /** [N] which rows are views of one image: a query is coded without the rows of its group. Default each is its own. */
  groups?: ArrayLike<number>
}

/**
 * Remembers the features of all training samples while the network that makes them moves: a batch brings its own rows up
 * to date as it passes. Kept on the host, where a row is replaced without copying the others.
 * Source: Wang et al., "Cross-batch memory for embedding learning", CVPR 2020.
 */
export interface FeatureBank {
  /** D [N, d] */
  readonly features: Matrix
  /** [N] */
  readonly groups: Int32Array
  /** How many rows have been put so far. */
  filled(): number
  /** Replaces the rows `indices` by `values` [B, d]; of a row that is in twice, the last stays. */
  put(indices: ArrayLike<number>, values: Float32Array): void
  /**
   * D [N, d] as a tensor, with the rows of a live batch [B, d] in the place of their own, so that the gradient also moves
   * what codes, not only what is coded. Without a batch the rows as they are. Call it inside tf.tidy.
   */
  tensor(live?: { rows: tf.Tensor2D; indices: ArrayLike<number> }): tf.Tensor2D
  /** All of it as plain arrays, for a checkpoint. */
  save(): { features: Matrix; filled: Uint8Array }
  /** @throws {InputError} when it is that of a bank of another size. */
  restore(saved: { features: Matrix; filled: Uint8Array }): void
}

/** @throws {InputError} for sizes that are not whole numbers above 0. */
export function featureBank({ count, width, groups }: FeatureBankOptions): FeatureBank {
  checkWhole('count', count)
  checkWhole('width', width)
  const features: Matrix = { data: new Float32Array(count * width), shape: [count, width] }
  const filled = new Uint8Array(count)
  return {
    features,
    groups: Int32Array.from(groups ?? Array.from(filled.keys())),
    filled: () => filled.reduce((sum, one) => sum + one, 0),
    put(indices, values) {
      for (let i = 0; i < indices.length; i++) {
        features.data.set(values.subarray(i * width, (i + 1) * width), indices[i] * width)
        filled[indices[i]] = 1
      }
    },
    tensor(live) {
      const stored = tf.tensor2d(features.data, [count, width])
      if (!live) return stored
      // The last of two views of one row counts, as in `put`.
      const last = new Map(Array.from(live.indices, (index, i) => [index, i]))
      const at = tf.tensor2d([...last].flat(), [last.size, 2], 'int32')
      const place = tf.scatterND(at, tf.ones([last.size]), [count, live.indices.length]) as tf.Tensor2D
      return tf.add(tf.mul(stored, tf.sub(1, tf.sum(place, 1, true))), tf.matMul(place, live.rows))
    },
    save: () => ({ features: { ...features, data: features.data.slice() }, filled: filled.slice() }),
    restore(saved) {
      if (saved.features.data.length !== count * width || saved.filled.length !== count) {
        const received = `${saved.filled.length} rows of ${saved.features.shape[1]}`
        const remedy = 'Resume with the samples and the network that the run began with.'
        throw new InputError('feature bank', { expected: `${count} rows of ${width}`, received, remedy })
      }
      features.data.set(saved.features.data)
      filled.set(saved.filled)
    },
  }
}
