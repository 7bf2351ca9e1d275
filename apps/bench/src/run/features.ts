import type { FeatureNetwork } from '@dml-crc/backbones'
import { homeFolder } from '@dml-crc/core'
import type { ImageRecord } from '@dml-crc/datasets'
import type { Matrix, ViewedSamples } from '@dml-crc/metric'
import { type ExtractedViews, extractFeatures, extractViews } from '@dml-crc/trainer'
import { duration } from '../command-line/duration.ts'
import type { Study } from './study.ts'
import { fixedViews, randomView } from './views.ts'

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
  const noteOf = (split: string, count: number, found: Cached) => {
    if (found.fromCache === 0) return
    const views = found.views === 1 ? '' : `, ${found.fromCache} of ${found.views} views,`
    const said = `features of ${split}: ${count} images${views} from the cache in ${duration(found.seconds)}`
    const keys = found.keys.map((key) => key.slice(0, 12)).join(', ')
    terminal.note(`${said} (${backbone.record.name}, ${keys})`)
  }
  const fixed = await imageFeatures(backbone, images.fit, study, cacheFolder)
  noteOf(experiment.splits.fit, images.fit.length, cachedOf(fixed))
  const random = await randomFeatures(backbone, images.fit, study, cacheFolder)
  if (random?.fromCache) {
    const { randomViews: views } = experiment
    const found = { ...random, views, fromCache: views, keys: [random.key] }
    noteOf(`random views of ${experiment.splits.fit}`, images.fit.length, found)
  }
  const { features, labels } = fixed
  const views = random && stackedViews([...fixed.views, random.features], images.fit.length)
  const fit = { features, labels, ...(views && { views }) }
  const seconds = fixed.seconds + (random?.seconds ?? 0)
  if (images.test === images.fit) return { fit, test: { features, labels }, seconds }
  const test = await imageFeatures(backbone, images.test, study, cacheFolder)
  noteOf(experiment.splits.test, images.test.length, cachedOf(test))
  return { fit, test, seconds: seconds + test.seconds }
}

interface Cached {
  views: number
  fromCache: number
  keys: readonly string[]
  seconds: number
}

const cachedOf = ({ views, viewsFromCache, keys, seconds }: ExtractedViews): Cached => ({
  views: views.length,
  fromCache: viewsFromCache,
  keys,
  seconds,
})

/**
 * The features of images, the mean over the fixed views of the experiment; kept in `cacheFolder` where one is given.
 */
export async function imageFeatures(
  backbone: FeatureNetwork,
  records: readonly ImageRecord[],
  { experiment, terminal, signal }: Parts,
  cacheFolder?: string,
): Promise<ExtractedViews> {
  const { batchSize } = experiment
  const { onProgress, note: onNote } = terminal
  const transforms = fixedViews(backbone, experiment)
  return extractViews({ backbone, records, transforms, batchSize, cacheFolder, onProgress, onNote, signal })
}

/** The features of the random views of images to fit on, view after view; undefined where the experiment has none. */
async function randomFeatures(
  backbone: FeatureNetwork,
  records: readonly ImageRecord[],
  { experiment, terminal, signal, prng }: Parts & Pick<Study, 'prng'>,
  cacheFolder: string,
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
