import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { InputError } from '@dml-crc/core/errors'
import type { FolderDataset } from '@dml-crc/datasets'
import { foldsName } from './splits.ts'

/** How the photographs of a folder are split where no manifest says so. */
export interface PhotoSplits {
  /** Parts of each class by split. */
  fractions?: Record<string, number>
  /** Cross-validation with this many folds in place of a split. */
  folds?: number
}

/** With fewer images than this a test split would say little: every image is tested on, by cross-validation. */
const FEW_IMAGES = 1000
const FOLDS = 5
const FRACTIONS = { train: 0.8, test: 0.2 }

/** Whether a path is photographs of the user's own: a folder, or a manifest in CSV or JSON (which is a list). */
export function isPhotos(path: string): boolean {
  if (!existsSync(path)) return false
  if (statSync(path).isDirectory()) return true
  const kind = extname(path).toLowerCase()
  return kind === '.csv' || (kind === '.json' && /^\s*\[/.test(readFileSync(path, 'utf8')))
}

/**
 * The experiment, as its file would have it, on photographs of the user's own: DML-CRC beside two baselines on the frozen
 * features of a small network. A manifest's splits are taken; without such, few images are cross-validated and many are
 * split, unless `splits` says which.
 * @throws InputError where there is nothing to test on; DataError for a folder without classes or a damaged manifest
 */
export async function photosExperiment(path: string, splits: PhotoSplits = {}): Promise<Record<string, unknown>> {
  const isFolder = statSync(path).isDirectory()
  const root = isFolder ? path : dirname(path)
  const manifest = isFolder ? undefined : path
  // The package brings image decoders: not for help alone.
  const { folder } = await import('@dml-crc/datasets')
  const dataset = await folder(root, { manifest, fractions: FRACTIONS })
  const images = (await dataset.split('all')).length
  return {
    name: nameOf(isFolder ? path : join(root, basename(path, extname(path)))),
    description: `Photographs in ${path}, frozen ImageNet features.`,
    dataset: {
      name: 'folder',
      root,
      ...(manifest && { manifest }),
      ...(!dataset.ownSplits && { fractions: splits.fractions ?? FRACTIONS }),
    },
    splits: splitsOf(dataset, images, splits),
    backbones: [{ name: 'mobilenet_v1' }],
    methods: [{ method: 'softmax' }, { method: 'crc', options: { rule: 'plain' } }, { method: 'dmlCrc' }],
  }
}

function splitsOf(dataset: FolderDataset, images: number, { fractions, folds }: PhotoSplits) {
  if (folds !== undefined) return { fit: 'all', test: foldsName(folds) }
  if (!dataset.ownSplits) {
    if (!fractions) return images < FEW_IMAGES ? { fit: 'all', test: foldsName(FOLDS) } : { fit: 'train', test: 'test' }
    return twoOf(Object.keys(fractions), dataset.root)
  }
  return twoOf(
    dataset.splits.filter((name) => name !== 'all'),
    dataset.root,
  )
}

/** The split to fit on and the one to report on, by the names that people give them. */
function twoOf(names: readonly string[], root: string) {
  const fit = names.find((name) => /^train/i.test(name)) ?? names[0]
  const others = names.filter((name) => name !== fit)
  const test = others.find((name) => /^test/i.test(name)) ?? others[0]
  if (test !== undefined) return { fit, test }
  throw new InputError(`splits of ${root}`, {
    expected: 'two splits, one to fit on and one to report on',
    received: names.join(', ') || 'none',
    remedy: 'Name two, or cross-validate with --folds 5.',
  })
}

/** The name of the run's folder: the last part of the path, with what is no letter or digit as a dash. */
const nameOf = (path: string) =>
  basename(resolve(path))
    .replace(/[^\w-]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'photos'
