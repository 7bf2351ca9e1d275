import { joinedTask } from '@dml-crc/core'
import type { Transform } from '@dml-crc/datasets'
import type { Matrix } from '@dml-crc/metric'
import { type ExtractedFeatures, type ExtractOptions, extractFeatures } from './extract-features.ts'

export interface ExtractViewsOptions extends Omit<ExtractOptions, 'transform' | 'views' | 'prng'> {
  /** One for each view; none of them random. */
  transforms: readonly Transform[]
}

export interface ExtractedViews extends Omit<ExtractedFeatures, 'fromCache' | 'key'> {
  /** [N, featureSize] the mean over the views. */
  features: Matrix
  /** [N] */
  labels: Int32Array
  /** [N, featureSize] for each view. */
  views: readonly Matrix[]
  /** Of each view, which is cached by itself: another choice of views takes from the cache those that it has in common. */
  keys: readonly string[]
  /** How many views were read from the cache and not computed. */
  viewsFromCache: number
}

/**
 * The features of images by several fixed views, and their mean.
 * @throws {InputError} when a transform's size is not the backbone's, or there is no record.
 * @throws {DataError} when an image is missing or damaged.
 */
export async function extractViews({ transforms, ...options }: ExtractViewsOptions): Promise<ExtractedViews> {
  const { backbone, records, onProgress = () => {} } = options
  const task = `features of ${backbone.record.name}`
  const joined = joinedTask(onProgress, { task, unit: 'images', sizes: transforms.map(() => records.length) })
  const taken: ExtractedFeatures[] = []
  for (const transform of transforms) {
    taken.push(await joined.pass((onProgress) => extractFeatures({ ...options, transform, onProgress })))
  }
  joined.end()
  const views = taken.map(({ features }) => features)
  return {
    features: meanOfViews(views),
    labels: taken[0].labels,
    views,
    keys: taken.map(({ key }) => key),
    viewsFromCache: taken.filter(({ fromCache }) => fromCache).length,
    seconds: taken.reduce((sum, { seconds }) => sum + seconds, 0),
  }
}

/** The mean feature of each image over its views, [N, d] each. */
export function meanOfViews(views: readonly Matrix[]): Matrix {
  const [{ data, shape }] = views
  if (views.length === 1) return views[0]
  const mean = new Float32Array(data.length)
  for (let i = 0; i < mean.length; i++) mean[i] = views.reduce((sum, view) => sum + view.data[i], 0) / views.length
  return { data: mean, shape }
}
