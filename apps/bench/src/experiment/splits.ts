import { InputError } from '@dml-crc/core/errors'
import type { Experiment } from './schema.ts'

/** The test split of an experiment that cross-validates over its fit split: `5 folds`. */
export const foldsName = (folds: number): string => `${folds} folds`

/** How many folds the fit split is cross-validated in, where that stands in place of a test split. */
export function foldsOf({ test }: Pick<Experiment['splits'], 'test'>): number | undefined {
  const found = /^(\d+) folds$/.exec(test)
  return found ? Number(found[1]) : undefined
}

/**
 * Every image that is cross-validated is in some fold's fit part, so nothing may have been trained on the whole split.
 * @throws InputError for folds beside a training of the network, or fewer than two
 */
export function checkFolds({ splits, backbones, endToEnd }: Experiment): void {
  const folds = foldsOf(splits)
  if (folds === undefined) return
  const trained = backbones.find(({ pretrain }) => pretrain)?.name ?? endToEnd[0]?.method
  if (folds >= 2 && trained === undefined) return
  throw new InputError('Cross-validation in place of a test split', {
    expected: folds < 2 ? 'two folds or more' : 'networks that are not trained on the images',
    received: folds < 2 ? `${folds}` : `${trained}, which is trained on all of ${splits.fit}`,
    remedy: folds < 2 ? 'Give --folds 5.' : 'Give a test split with --fit and --test.',
  })
}
