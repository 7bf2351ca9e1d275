import { InputError, nearest } from '@dml-crc/core'
import type { ImageDataset } from './dataset.ts'
import { demo } from './demo/demo.ts'
import { flowers102 } from './flowers102.ts'

const DATASETS = { flowers102, demo } as const

export type DatasetName = keyof typeof DATASETS

/**
 * Opens a data set by its name.
 * @throws {InputError} when the name is not known; {@link DataError} when its lists are not in `root`.
 */
export async function openDataset(name: string, root: string): Promise<ImageDataset> {
  if (Object.hasOwn(DATASETS, name)) return DATASETS[name as DatasetName](root)
  const meant = nearest(name, Object.keys(DATASETS))
  throw new InputError('data set', {
    expected: `one of ${Object.keys(DATASETS).join(', ')}`,
    received: `'${name}'`,
    remedy: meant ? `Did you mean '${meant}'?` : 'Choose one of these.',
  })
}
