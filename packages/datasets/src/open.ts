import { InputError, nearest } from '@dml-crc/core'
import { cub200 } from './cub200.ts'
import type { ImageDataset } from './dataset.ts'
import { demo } from './demo/demo.ts'
import { flowers102 } from './flowers102.ts'
import { type FolderOptions, folder } from './folder.ts'
import { pets } from './pets.ts'

const DATASETS = { flowers102, cub200, pets, folder, demo } as const

export type DatasetName = keyof typeof DATASETS

const DATASET_NAMES = Object.keys(DATASETS) as DatasetName[]

/**
 * Opens a data set by its name. The options are those of `folder`.
 * @throws {InputError} when the name is not known; {DataError} when its lists are not in `root`.
 */
export async function openDataset(name: string, root: string, options: FolderOptions = {}): Promise<ImageDataset> {
  if (name === 'folder') return folder(root, options)
  if (Object.hasOwn(DATASETS, name)) return DATASETS[name as DatasetName](root)
  const meant = nearest(name, DATASET_NAMES)
  throw new InputError('data set', {
    expected: `one of ${DATASET_NAMES.join(', ')}`,
    received: `'${name}'`,
    remedy: meant ? `Did you mean '${meant}'?` : 'Choose one of these.',
  })
}
