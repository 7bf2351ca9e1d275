import type { Backbone } from '@dml-crc/backbones'
import type { ImageRecord, Transform } from '@dml-crc/datasets'
import { type Matrix, type NormaliseOptions, normaliseTensor } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { extractFeatures } from '../extract-features.ts'
import type { Snapshot, Stateful } from '../snapshot.ts'

/**
 * The normalised features of all training images, while the backbone that makes them moves: a batch brings its own rows
 * up to date as it passes, `refresh` all of them (METHOD.md, training regimes). Kept on the host, where a row is
 * replaced without copying the others.
 */
export class MemoryBank implements Stateful {
  readonly labels: Int32Array
  /** D [N, d] */
  readonly features: Matrix
  readonly #source: { backbone: Backbone; records: readonly ImageRecord[]; transform: Transform }
  readonly #normalise: NormaliseOptions

  constructor(
    source: { backbone: Backbone; records: readonly ImageRecord[]; transform: Transform },
    normaliseOptions: NormaliseOptions,
  ) {
    this.#source = source
    this.#normalise = normaliseOptions
    this.labels = Int32Array.from(source.records, ({ label }) => label)
    const shape = [source.records.length, source.backbone.featureSize] as const
    this.features = { data: new Float32Array(shape[0] * shape[1]), shape }
  }

  /** Computes every row with the backbone as it is now. */
  async refresh(): Promise<void> {
    const { features } = await extractFeatures(this.#source)
    const rows = tf.tidy(() => normaliseTensor(tf.tensor2d(features.data, [...features.shape]), this.#normalise))
    this.features.data.set(await rows.data())
    rows.dispose()
  }

  /** Replaces the rows `indices` by `rows` [B, d], normalised; of an image that is in twice, the last stays. */
  put(indices: ArrayLike<number>, rows: Float32Array): void {
    const [, d] = this.features.shape
    for (let i = 0; i < indices.length; i++) {
      this.features.data.set(rows.subarray(i * d, (i + 1) * d), indices[i] * d)
    }
  }

  async save(): Promise<Snapshot> {
    return { json: {}, tensors: new Map([['features', this.features]]) }
  }

  restore({ tensors }: Snapshot): void {
    this.features.data.set(tensors.get('features')!.data as Float32Array)
  }
}
