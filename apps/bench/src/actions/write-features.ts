import { join } from 'node:path'
import { interruptible, Prng, sweepLeftovers, writeSafetensors } from '@dml-crc/core'
import type { Experiment } from '../experiment/schema.ts'
import { splitFeatures } from '../run/features.ts'
import { openBackbone } from '../run/open-backbone.ts'
import { type PrepareOptions, prepare } from './prepare.ts'

/** Writes the features and labels of both splits, one safetensors file per split, and gives their paths. */
export async function writeFeatures(given: Experiment, options: PrepareOptions & { out: string }): Promise<string[]> {
  const { experiment, images } = await prepare(given, options)
  const backbone = await openBackbone(experiment)
  // A file has one row for each image.
  const withoutRandom = { ...experiment, randomViews: 0 }
  try {
    const study = {
      images,
      experiment: withoutRandom,
      terminal: options.terminal,
      prng: Prng.fromSeed(experiment.seed),
    }
    const features = await interruptible((signal) => splitFeatures({ ...study, signal }, backbone))
    await sweepLeftovers(options.out)
    return await Promise.all(
      (['fit', 'test'] as const).map(async (part) => {
        const file = join(options.out, `${experiment.splits[part]}.safetensors`)
        const { features: matrix, labels } = features[part]
        const about = { backbone: backbone.record.name, layer: backbone.layer, weights: backbone.weightsId }
        await writeSafetensors(
          file,
          [
            ['features', { shape: [...matrix.shape], data: matrix.data }],
            ['labels', { shape: [labels.length], data: labels }],
          ],
          about,
        )
        return file
      }),
    )
  } finally {
    backbone.dispose()
  }
}
