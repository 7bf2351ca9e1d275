import type { FeatureNetwork } from '@dml-crc/backbones'
import { homeFolder, joinedTask, type OnProgress } from '@dml-crc/core'
import type { ImageRecord } from '@dml-crc/datasets'
import type { Matrix, ViewedSamples } from '@dml-crc/metric'
import { type ExtractedViews, type ExtractViewsOptions, extractFeatures, extractViews } from '@dml-crc/trainer'
import { duration } from '../command-line/duration.ts'
import { partsOf } from './images.ts'
import type { Study } from './study.ts'
import { fixedViewCount, fixedViews, randomView } from './views.ts'

/** The features of both splits as the backbone gives them, not normalised. */
export interface SplitFeatures {
  /** With the single views where the experiment has random ones. */
  fit: ViewedSamples
  test: { features: Matrix; labels: Int32Array }
  seconds: number
}

type Parts = Pick<Study, 'experiment' | 'terminal' | 'signal'>

/**
 * Takes the features of both splits, from the cache where they are there.
 */
export async function splitFeatures(
  study: Parts & Pick<Study, 'images' | 'prng'>,
  backbone: FeatureNetwork,
): Promise<SplitFeatures> {
  const { images, experiment, terminal } = study
  const cacheFolder = homeFolder('features')
  let found: ReturnType<typeof partsOf> | undefined
  const parts = () => {
    found ??= partsOf(images.dataset, images.fit)
    return found
  }
  const { seconds, ...fit } = await fitFeatures(study, backbone, { cacheFolder, parts })
  if (images.test === images.fit) return { fit, test: { features: fit.features, labels: fit.labels }, seconds }
  const { test: split } = experiment.splits
  const task = `features of ${backbone.record.name} on ${split}`
  const onProgress: OnProgress = (event) => terminal.onProgress({ ...event, task })
  const shown = { ...study, terminal: { ...terminal, onProgress } }
  const test = await imageFeatures(backbone, images.test, shown, { cacheFolder })
  noteCached(terminal, backbone, split, cachedOf(test))
  return { fit, test, seconds: seconds + test.seconds }
}

/** Where features are kept, and the lists that may be there already and together are the images asked for. */
type Cache = Pick<ExtractViewsOptions, 'cacheFolder' | 'parts'>

/** The features of the images to fit on, with the single views where the experiment has random ones. */
export async function fitFeatures(
  study: Parts & Pick<Study, 'images' | 'prng'>,
  backbone: FeatureNetwork,
  cache: Cache = {},
): Promise<ViewedSamples & { seconds: number }> {
  const { experiment, terminal } = study
  const { randomViews } = experiment
  const { fit: records } = study.images
  const { fit: split } = experiment.splits
  const sizes = [fixedViewCount(experiment), randomViews].map((views) => views * records.length)
  const task = `features of ${backbone.record.name} on ${split}`
  const joined = joinedTask(terminal.onProgress, { task, unit: 'images', sizes })
  const shown = (onProgress: OnProgress) => ({ ...study, terminal: { ...terminal, onProgress } })
  const fixed = await joined.pass((onProgress) => imageFeatures(backbone, records, shown(onProgress), cache))
  const random = await joined.pass((onProgress) => randomFeatures(backbone, records, shown(onProgress), cache))
  joined.end()
  noteCached(terminal, backbone, split, cachedOf(fixed))
  const { features, labels, seconds } = fixed
  if (!random) return { features, labels, seconds }
  const found = { ...random, views: randomViews, fromCache: random.fromCache ? randomViews : 0, keys: [random.key] }
  noteCached(terminal, backbone, `random views of ${split}`, { ...found, images: records.length })
  const views = stackedViews([...fixed.views, random.features], records.length)
  return { features, labels, views, seconds: seconds + random.seconds }
}

/** Says what came from the cache. */
function noteCached(
  terminal: Parts['terminal'],
  { record }: FeatureNetwork,
  split: string,
  { images, fromCache, views: all, seconds, keys }: Cached,
): void {
  if (fromCache === 0) return
  const views = all === 1 ? '' : `, ${fromCache} of ${all} views,`
  const said = `features of ${split}: ${images} images${views} from the cache in ${duration(seconds)}`
  terminal.note(`${said} (${record.name}, ${keys.map((key) => key.slice(0, 12)).join(', ')})`)
}

interface Cached {
  images: number
  views: number
  /** How many of them were in the cache. */
  fromCache: number
  keys: readonly string[]
  seconds: number
}

const cachedOf = ({ labels, views, viewsFromCache, keys, seconds }: ExtractedViews): Cached => ({
  images: labels.length,
  views: views.length,
  fromCache: viewsFromCache,
  keys,
  seconds,
})

/** The features of images, the mean over the fixed views of the experiment. */
export async function imageFeatures(
  backbone: FeatureNetwork,
  records: readonly ImageRecord[],
  { experiment, terminal, signal }: Parts,
  cache: Cache = {},
): Promise<ExtractedViews> {
  const { batchSize } = experiment
  const { onProgress, note: onNote } = terminal
  const transforms = fixedViews(backbone, experiment)
  return extractViews({ backbone, records, transforms, batchSize, ...cache, onProgress, onNote, signal })
}

/** The features of the random views of images to fit on, view after view; undefined where the experiment has none. */
async function randomFeatures(
  backbone: FeatureNetwork,
  records: readonly ImageRecord[],
  { experiment, terminal, signal, prng }: Parts & Pick<Study, 'prng'>,
  { cacheFolder }: Cache,
) {
  const { batchSize, randomViews: views } = experiment
  if (views === 0) return undefined
  const { onProgress, note: onNote } = terminal
  const shared = { backbone, records, batchSize, cacheFolder, onProgress, onNote, signal }
  return extractFeatures({
    ...shared,
    transform: randomView(backbone, experiment),
    views,
    prng: prng.split('random views'),
  })
}

/** Views of `count` images below each other: row v·`count` + i is a view of image i. */
export function stackedViews(parts: readonly Matrix[], count: number): NonNullable<ViewedSamples['views']> {
  const width = parts[0].shape[1]
  const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0)
  const data = new Float32Array(rows * width)
  let at = 0
  for (const part of parts) {
    data.set(part.data, at)
    at += part.data.length
  }
  return { features: { data, shape: [rows, width] }, groups: Int32Array.from({ length: rows }, (_, i) => i % count) }
}
