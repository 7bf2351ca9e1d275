import type { FeatureNetwork } from '@dml-crc/backbones'
import type { Matrix } from '@dml-crc/metric'
import { extractShard, meanOfViews } from '@dml-crc/trainer'
import { type SplitFeatures, stackedViews } from '../run/features.ts'
import type { Study } from '../run/study.ts'
import { fixedViews, randomView } from '../run/views.ts'
import type { FeaturePart, Work } from './plan.ts'
import { featureParts, shardsOf } from './plan-run.ts'
import type { Store } from './store.ts'

export type ShardWork = Extract<Work, { kind: 'shard' }>

/** A study's network, and where its shards are. */
export interface ShardPlace {
  study: Pick<Study, 'experiment' | 'images' | 'prng' | 'signal'>
  network: FeatureNetwork
  store: Store
  keyOf: (work: ShardWork) => string
}

/** The rows of a shard, from the store, or made and put there. */
export async function shardRows({ study, network, store, keyOf }: ShardPlace, work: ShardWork) {
  const key = keyOf(work)
  const found = await store.readShard(key)
  if (found) return found
  const { experiment, images, prng, signal } = study
  const { split, kind, view } = work.part
  const transform = kind === 'random' ? randomView(network, experiment) : fixedViews(network, experiment)[view]
  const shared = { backbone: network, records: images[split], transform, batchSize: experiment.batchSize, signal }
  const isRandom = kind === 'random'
  const options = { ...shared, ...(isRandom && { prng: prng.split('random views') }) }
  await extractShard(options, { view: isRandom ? view : 0, begin: work.begin, end: work.end }, store.shardFile(key))
  return (await store.readShard(key))!
}

/** The features of both splits as `splitFeatures` gives them, put together from the shards. */
export async function storedFeatures(place: ShardPlace): Promise<SplitFeatures> {
  const begun = performance.now()
  const { experiment, images } = place.study
  const parts = featureParts(experiment)
  const matrices = new Map<FeaturePart, Matrix>()
  for (const part of parts) matrices.set(part, await partOf(place, part))
  const all = (split: string, kind: string) =>
    parts.filter((part) => part.split === split && part.kind === kind).map((part) => matrices.get(part)!)
  const labelsOf = (split: 'fit' | 'test') => Int32Array.from(images[split], ({ label }) => label)
  const fixed = all('fit', 'fixed')
  const random = all('fit', 'random')
  const features = meanOfViews(fixed)
  const labels = labelsOf('fit')
  const views = random.length > 0 ? stackedViews([...fixed, ...random], images.fit.length) : undefined
  const test =
    images.test === images.fit
      ? { features, labels }
      : { features: meanOfViews(all('test', 'fixed')), labels: labelsOf('test') }
  return { fit: { features, labels, ...(views && { views }) }, test, seconds: (performance.now() - begun) / 1000 }
}

/** The features [N, d] of a split by one view. */
async function partOf(place: ShardPlace, part: FeaturePart): Promise<Matrix> {
  const { experiment, images } = place.study
  const count = images[part.split].length
  let matrix: { data: Float32Array; shape: [number, number] } | undefined
  for (const { begin, end } of shardsOf(count, experiment.batchSize)) {
    const { data, columns } = await shardRows(place, { kind: 'shard', part, begin, end })
    matrix ??= { data: new Float32Array(count * columns), shape: [count, columns] }
    matrix.data.set(data, begin * columns)
  }
  return matrix!
}
