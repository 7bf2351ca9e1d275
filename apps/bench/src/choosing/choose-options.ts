import { type MethodOptions, methodNamed, type Selection, selectOptions } from '@dml-crc/metric'
import type { Experiment, MethodEntry } from '../experiment/schema.ts'
import type { Row } from '../results/schema.ts'
import type { SplitFeatures } from '../run/features.ts'
import type { Study } from '../run/study.ts'

/** Chooses the options of a method inside the fit split, on folds that all methods share. */
export async function chooseOptions(
  { experiment, prng }: Pick<Study, 'prng'> & { experiment: Pick<Experiment, 'select'> },
  { fit }: Pick<SplitFeatures, 'fit'>,
  entry: Pick<MethodEntry, 'method' | 'options' | 'grid' | 'folds'>,
): Promise<{ options: MethodOptions; selection?: Row['selection']; table: Selection['table'] }> {
  const { method, options: fixed, grid, folds = experiment.select.folds } = entry
  const { options, table } = await selectOptions(methodNamed(method), fit.features, fit.labels, {
    options: fixed,
    grid,
    folds,
    views: fit.views,
    prng,
  })
  if (table.length === 0) return { options, table }
  const { accuracy } = table.find((each) => each.options === options)!
  return { options, table, selection: { folds, candidates: table.length, accuracy } }
}
