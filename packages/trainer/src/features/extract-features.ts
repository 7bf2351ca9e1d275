import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { FeatureNetwork } from '@dml-crc/backbones'
import { checkWhole, DataError, InputError, type OnProgress, type Prng, sweepLeftovers } from '@dml-crc/core'
import type { ImageRecord, Transform } from '@dml-crc/datasets'
import type { Matrix } from '@dml-crc/metric'
import { shardBlocks } from './extract-shard.ts'
import { FeatureFile, writeFeatureFile } from './feature-file.ts'
import { featureKey } from './feature-key.ts'

export interface ExtractOptions {
  backbone: FeatureNetwork
  records: readonly ImageRecord[]
  transform: Transform
  /** By default 32. */
  batchSize?: number
  /** Views of each image, one after the other: rows v·N … (v+1)·N − 1 are view v of all images. By default 1. */
  views?: number
  /** Draws the views of a random transform. By default seed 0. */
  prng?: Prng
  /** Where features are kept for the next time; without it they are not. */
  cacheFolder?: string
  /**
   * Gives lists that together are `records`, such as train and val of trainval: where the features of all of them are in the cache,
   * they are taken from there, unless the views are random. Asked only where those of `records` are not there.
   */
  parts?: () => Promise<readonly (readonly ImageRecord[])[]>
  onProgress?: OnProgress
  /** Told of a damaged cache file, which is then rewritten. */
  onNote?: (text: string) => void
  signal?: AbortSignal
}

export interface ExtractedFeatures {
  /** [views · N, featureSize], as the backbone gives them: not normalised. */
  features: Matrix
  /** [views · N] */
  labels: Int32Array
  /** Whether they were read from the cache and not computed. */
  fromCache: boolean
  /** Decided by the backbone and its weights, the layer, the preprocessing, the transform, the views, the images. */
  key: string
  seconds: number
}

/**
 * The features of images, computed or read from the cache.
 * @throws {InputError} when the transform's size is not the backbone's, or there is no record.
 * @throws {DataError} when an image is missing or damaged.
 */
export async function extractFeatures(options: ExtractOptions): Promise<ExtractedFeatures> {
  const { records, views = 1, cacheFolder, backbone } = options
  const begun = performance.now()
  const found = cacheFolder === undefined ? undefined : await extractToFile({ ...options, cacheFolder })
  const rows = records.length * views
  let data: Float32Array
  if (found) {
    await using file = await FeatureFile.open(found.path)
    data = await file.read(0, file.rows)
  } else {
    checkExtraction(options)
    data = new Float32Array(rows * backbone.featureSize)
    let at = 0
    for await (const block of featureBlocks(options)) {
      data.set(block, at)
      at += block.length
    }
  }
  return {
    features: { data, shape: [rows, backbone.featureSize] },
    labels: Int32Array.from({ length: rows }, (_, row) => records[row % records.length].label),
    fromCache: found?.fromCache ?? false,
    key: found?.key ?? '',
    seconds: (performance.now() - begun) / 1000,
  }
}

/**
 * As {@link extractFeatures}, for sets larger than memory: the features go to `<cacheFolder>/<key>.safetensors` block by
 * block, to be read with {@link FeatureFile}. Two processes may extract the same at once: each writes a file of its
 * own, and the rename that ends the writing makes either whole file the cached one.
 */
export async function extractToFile(
  options: ExtractOptions & { cacheFolder: string },
): Promise<{ path: string; key: string; fromCache: boolean }> {
  checkExtraction(options)
  const { backbone, records, transform, views = 1, prng, cacheFolder, onNote } = options
  const key = await featureKey({ backbone, records, transform: transform.id, views, prng: prng?.state() })
  const path = join(cacheFolder, `${key}.safetensors`)
  await sweepLeftovers(cacheFolder)
  const state = await cached(path)
  if (state === 'whole') return { path, key, fromCache: true }
  if (state !== 'missing') onNote?.(`The cached features are damaged and are extracted again. ${state.message}`)
  const parts = prng === undefined && views === 1 ? await cachedParts(options) : undefined
  const blocks = parts ? rowsOfParts(parts, records) : featureBlocks(options)
  await writeFeatureFile(path, records.length * views, backbone.featureSize, blocks)
  return { path, key, fromCache: parts !== undefined }
}

interface CachedPart {
  records: readonly ImageRecord[]
  path: string
}

/** The files of the parts, where the cache has all of them. */
async function cachedParts(options: ExtractOptions & { cacheFolder: string }): Promise<CachedPart[] | undefined> {
  const { parts, backbone, transform, cacheFolder } = options
  const found: CachedPart[] = []
  for (const records of (await parts?.()) ?? []) {
    const path = join(
      cacheFolder,
      `${await featureKey({ backbone, records, transform: transform.id, views: 1 })}.safetensors`,
    )
    if ((await cached(path)) !== 'whole') return undefined
    found.push({ records, path })
  }
  return found.length > 0 ? found : undefined
}

/** The rows of parts in the order of `records`, as one block. */
async function* rowsOfParts(
  parts: readonly CachedPart[],
  records: readonly ImageRecord[],
): AsyncGenerator<Float32Array> {
  const rowOf = new Map<string, Float32Array>()
  for (const part of parts) {
    await using file = await FeatureFile.open(part.path)
    const data = await file.read(0, file.rows)
    for (const [row, { id }] of part.records.entries()) {
      rowOf.set(id, data.subarray(row * file.columns, (row + 1) * file.columns))
    }
  }
  for (const { id } of records) yield rowOf.get(id)!
}

async function cached(path: string): Promise<'whole' | 'missing' | DataError> {
  if (!existsSync(path)) return 'missing'
  try {
    await using file = await FeatureFile.open(path)
    await file.verify()
    return 'whole'
  } catch (error) {
    if (error instanceof DataError) return error
    throw error
  }
}

function checkExtraction({ backbone, records, transform, views = 1 }: ExtractOptions): void {
  if (records.length === 0) {
    throw new InputError('records', { expected: 'at least one', received: 'none', remedy: 'Pass a split.' })
  }
  checkWhole('views', views)
  if (transform.size !== backbone.inputSize) {
    throw new InputError('transform', {
      expected: `samples of ${backbone.inputSize} pixels, as ${backbone.record.name} takes them`,
      received: `${transform.size}`,
      remedy: 'Give the transform the size of the backbone.',
    })
  }
}

/** The features of one batch after another, view by view. */
async function* featureBlocks(options: ExtractOptions): AsyncGenerator<Float32Array> {
  const { backbone, records, transform, batchSize = 32, views = 1, prng, onProgress, signal } = options
  const task = `features of ${backbone.record.name}`
  const total = records.length * views
  onProgress?.({ kind: 'start', task, total, unit: 'images' })
  let done = 0
  for (let view = 0; view < views; view++) {
    const shard = { view, begin: 0, end: records.length }
    for await (const block of shardBlocks({ backbone, records, transform, batchSize, prng, signal }, shard)) {
      done += block.length / backbone.featureSize
      onProgress?.({ kind: 'advance', task, done, total })
      yield block
    }
  }
  onProgress?.({ kind: 'end', task })
}
