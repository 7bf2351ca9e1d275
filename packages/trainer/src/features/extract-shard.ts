import type { FeatureNetwork } from '@dml-crc/backbones'
import { InputError, Prng } from '@dml-crc/core'
import { createLoader, type ImageRecord, type Transform } from '@dml-crc/datasets'
import * as tf from '@tensorflow/tfjs'
import { writeFeatureFile } from './feature-file.ts'

/** A part of the features of a list of images: those of images `begin` to `end`, without `end`, by one view. */
export interface FeatureShard {
  /** Of a transform that draws: which of the views. */
  view: number
  begin: number
  end: number
}

export interface ShardOptions {
  backbone: FeatureNetwork
  /** All images of the list, and not those of the shard alone: an image's random view depends on its place. */
  records: readonly ImageRecord[]
  transform: Transform
  batchSize: number
  prng?: Prng
  signal?: AbortSignal
}

/**
 * The features of a shard, batch by batch: blocks [B, featureSize]. Where `begin` is a multiple of the batch size, these
 * are the very batches of an extraction of the whole list, and therefore its bits.
 */
export async function* shardBlocks(
  { backbone, records, transform, batchSize, prng = Prng.fromSeed(0), signal }: ShardOptions,
  { view, begin, end }: FeatureShard,
): AsyncGenerator<Float32Array> {
  const sampler = () => Int32Array.from({ length: end }, (_, i) => i)
  const loader = createLoader(records, { batchSize, transform, prng: prng.split(view), sampler, signal })
  loader.restore({ ...loader.state(), position: begin })
  for await (const { images, shape } of loader) {
    const batch = tf.tensor4d(images, shape, 'int32')
    const features = await backbone.features(batch)
    const block = (await features.data()) as Float32Array
    tf.dispose([batch, features])
    yield block
  }
}

/**
 * Extracts a shard into a feature file of its own, so that several machines can share the work on one list of images.
 * {@link FeatureFile} reads it; nothing shows under `path` before everything is written.
 * @throws {InputError} when the shard is empty, ends beyond the list, or does not begin where a batch does.
 * @throws {DataError} when an image is missing or damaged.
 */
export async function extractShard(options: ShardOptions, shard: FeatureShard, path: string): Promise<void> {
  const { records, batchSize, backbone } = options
  const { begin, end } = shard
  if (!(begin >= 0 && begin < end && end <= records.length && begin % batchSize === 0)) {
    throw new InputError('shard', {
      expected: `images of a list of ${records.length}, from a multiple of ${batchSize} on`,
      received: `${begin} to ${end}`,
      remedy: 'Cut the list at multiples of the batch size.',
    })
  }
  await writeFeatureFile(path, end - begin, backbone.featureSize, shardBlocks(options, shard))
}
