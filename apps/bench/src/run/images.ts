import { homeFolder, InputError, type OnProgress } from '@dml-crc/core'
import { drawDemo, type ImageDataset, type ImageRecord, openDataset } from '@dml-crc/datasets'
import type { Experiment } from '../experiment/schema.ts'

/** The images of a run. */
export interface Images {
  dataset: ImageDataset
  fit: readonly ImageRecord[]
  test: readonly ImageRecord[]
}

/**
 * Opens the data set of an experiment and both of its splits; the demo set is drawn first where it is not there yet.
 * @throws InputError for an unknown split, or the same split twice; DataError for a set that is not whole
 */
export async function openImages(
  { dataset: { name, root = homeFolder('datasets', name), perClass }, splits }: Experiment,
  onProgress: OnProgress,
): Promise<Images> {
  if (splits.fit === splits.test) {
    throw new InputError('Splits of the experiment', {
      expected: 'a test split that nothing is fitted on',
      received: `«${splits.test}» for both`,
      remedy: 'Give different splits with --fit and --test.',
    })
  }
  if (name === 'demo') await drawDemo(root, { perClass, onProgress })
  const dataset = await openDataset(name, root)
  return { dataset, fit: await dataset.split(splits.fit), test: await dataset.split(splits.test) }
}
