import type { FeatureNetwork } from '@dml-crc/backbones'
import { homeFolder } from '@dml-crc/core'
import type { ImageRecord } from '@dml-crc/datasets'
import type { Matrix } from '@dml-crc/metric'
import { type ExtractedFeatures, extractFeatures } from '@dml-crc/trainer'
import { duration } from '../command-line/duration.ts'
import type { Study } from './study.ts'
import { testView } from './test-view.ts'

/** The features of both splits as the backbone gives them, not normalised. */
export interface SplitFeatures {
  fit: { features: Matrix; labels: Int32Array }
  test: { features: Matrix; labels: Int32Array }
  seconds: number
}

/**
 * Takes the features of both splits, from the cache where they are there.
 */
export async function splitFeatures(
  study: Pick<Study, 'images' | 'experiment' | 'terminal' | 'signal'>,
  backbone: FeatureNetwork,
): Promise<SplitFeatures> {
  const { images, experiment, terminal } = study
  const take = async (split: string, records: readonly ImageRecord[]) => {
    const taken = await imageFeatures(backbone, records, study, homeFolder('features'))
    if (taken.fromCache) {
      const said = `features of ${split}: ${records.length} images from the cache in ${duration(taken.seconds)}`
      terminal.note(`${said} (${backbone.record.name}, ${taken.key.slice(0, 12)})`)
    }
    return taken
  }
  const fit = await take(experiment.splits.fit, images.fit)
  if (images.test === images.fit) return { fit, test: fit, seconds: fit.seconds }
  const test = await take(experiment.splits.test, images.test)
  return { fit, test, seconds: fit.seconds + test.seconds }
}

/**
 * The features of images, the mean of an image's and its mirror image's where the experiment says so; kept in
 * `cacheFolder` where one is given.
 */
export async function imageFeatures(
  backbone: FeatureNetwork,
  records: readonly ImageRecord[],
  { experiment, terminal, signal }: Pick<Study, 'experiment' | 'terminal' | 'signal'>,
  cacheFolder?: string,
): Promise<ExtractedFeatures> {
  const { batchSize, mirror } = experiment
  const { onProgress, note: onNote } = terminal
  const transform = testView(backbone, experiment)
  return extractFeatures({ backbone, records, transform, mirror, batchSize, cacheFolder, onProgress, onNote, signal })
}
