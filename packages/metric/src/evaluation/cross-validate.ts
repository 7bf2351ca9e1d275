import { InputError } from '@dml-crc/core/errors'
import { checkWhole } from '@dml-crc/core/numbers'
import type { Prng } from '@dml-crc/core/prng'
import type { Classifier } from '../fitting/define-method.ts'
import { predict } from '../model/predict.ts'
import { checkLabelled } from '../samples/checks.ts'
import { stratifiedFolds } from '../samples/folds.ts'
import { type Features, takeRows } from '../samples/matrix.ts'
import { accuracy } from './measures.ts'
import { fitSamples, takeSamples, type Views } from './viewed-samples.ts'

/** Parts of the fit set where none are asked for. */
export const DEFAULT_FOLDS = 5

export interface CrossValidateOptions {
  /** Parts of the fit set, each held out once. Default {@link DEFAULT_FOLDS}. */
  folds?: number
  /** Views of the samples, which classifiers are fitted on; held-out samples are classified by their rows of `features`. */
  views?: Views
  /** Decides the folds. */
  prng: Prng
}

export interface CrossValidation {
  /** The candidate of the highest mean accuracy, the first of equals. */
  readonly best: Classifier
  /** Its key among the candidates. */
  readonly bestKey: string
  /** One row for each candidate, in the order given. */
  readonly table: readonly { key: string; name: string; accuracy: number; folds: readonly number[] }[]
}

/**
 * Chooses among classifiers by their accuracy on parts held out of the fit set; every candidate sees the same folds.
 * @throws {InputError} for no candidates, a class with a single sample, or features that the classifiers refuse.
 */
export async function crossValidate(
  candidates: Readonly<Record<string, Classifier>>,
  features: Features,
  labels: ArrayLike<number>,
  { folds = DEFAULT_FOLDS, views, prng }: CrossValidateOptions,
): Promise<CrossValidation> {
  const keys = Object.keys(candidates)
  if (keys.length === 0) {
    const remedy = 'Pass at least one classifier.'
    throw new InputError('candidates', { expected: 'one or more classifiers', received: 'none', remedy })
  }
  checkWhole('folds', folds, 2)
  const checked = await checkLabelled(features, labels)
  const parts = stratifiedFolds(checked.labels, folds, prng)
  const table = keys.map((key) => ({ key, name: candidates[key].name, accuracy: 0, folds: [] as number[] }))
  let held = 0
  for (const part of parts) {
    const fit = takeSamples({ ...checked, views }, part.fit)
    const queries = takeRows(checked.features, part.held)
    const truth = part.held.map((i) => checked.labels[i])
    held += truth.length
    for (const row of table) {
      const model = await fitSamples(candidates[row.key], fit)
      const share = accuracy((await predict(model, queries)).labels, truth)
      row.folds.push(share)
      row.accuracy += share * truth.length
    }
  }
  for (const row of table) row.accuracy /= held
  const best = table.reduce((a, b) => (b.accuracy > a.accuracy ? b : a))
  return { best: candidates[best.key], bestKey: best.key, table }
}
