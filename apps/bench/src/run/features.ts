import type { Backbone } from '@dml-crc/backbones'
import { homeFolder } from '@dml-crc/core'
import { centerCrop, type ImageRecord } from '@dml-crc/datasets'
import type { Matrix } from '@dml-crc/metric'
import { extractFeatures } from '@dml-crc/trainer'
import { duration } from '../command-line/duration.ts'
import type { Study } from './study.ts'

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
  backbone: Backbone,
): Promise<SplitFeatures> {
  const { images, experiment, terminal } = study
  const take = async (split: string, records: readonly ImageRecord[]) => {
    const taken = await extractFeatures({
      backbone,
      records,
      transform: centerCrop({ size: backbone.inputSize }),
      batchSize: experiment.batchSize,
      cacheFolder: homeFolder('features'),
      onProgress: terminal.onProgress,
      onNote: terminal.note,
      signal: study.signal,
    })
    if (taken.fromCache) {
      const said = `features of ${split}: ${records.length} images from the cache in ${duration(taken.seconds)}`
      terminal.note(`${said} (${backbone.record.name}, ${taken.key.slice(0, 12)})`)
    }
    return taken
  }
  const fit = await take(experiment.splits.fit, images.fit)
  const test = await take(experiment.splits.test, images.test)
  return { fit, test, seconds: fit.seconds + test.seconds }
}
