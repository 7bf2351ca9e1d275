import { InputError } from '@dml-crc/core/errors'
import { checkWhole } from '@dml-crc/core/numbers'
import type { Prng } from '@dml-crc/core/prng'
import { classCounts } from './checks.ts'

export interface Fold {
  /** Rows to fit on. */
  readonly fit: Int32Array
  /** Rows held out. */
  readonly held: Int32Array
}

/**
 * Folds in which every class is spread as evenly as possible, so that each fit part has samples of every class.
 * @throws {InputError} when a class has a single sample, or for fewer than two folds.
 */
export function stratifiedFolds(labels: Int32Array, folds: number, prng: Prng): Fold[] {
  checkWhole('folds', folds, 2)
  const counts = classCounts(labels)
  const single = counts.indexOf(1)
  if (single >= 0) {
    throw new InputError(`class ${single}`, {
      expected: 'two or more samples, so that one can be held out',
      received: 'one sample',
      remedy: 'Add samples of this class, or leave the class out.',
    })
  }
  const foldOf = new Int32Array(labels.length)
  const next = Int32Array.from(counts, () => prng.int(folds))
  for (const i of prng.shuffle(labels.keys())) foldOf[i] = next[labels[i]]++ % folds
  return Array.from({ length: folds }, (_, fold) => ({
    fit: Int32Array.from(labels.keys()).filter((i) => foldOf[i] !== fold),
    held: Int32Array.from(labels.keys()).filter((i) => foldOf[i] === fold),
  })).filter(({ held }) => held.length > 0)
}
