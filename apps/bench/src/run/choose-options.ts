import { type Classifier, crossValidate } from '@dml-crc/metric'
import type { MethodEntry } from '../experiment/schema.ts'
import type { Row } from '../results/schema.ts'
import type { SplitFeatures } from './features.ts'
import { combinations, makeClassifier, type Options } from './methods.ts'
import type { Study } from './study.ts'

/** Cross-validates every combination of the grid inside the fit split, on folds that all methods share. */
export async function chooseOptions(
  { experiment, prng }: Pick<Study, 'experiment' | 'prng'>,
  { fit }: Pick<SplitFeatures, 'fit'>,
  {
    method,
    options,
    grid,
    folds = experiment.select.folds,
  }: Pick<MethodEntry, 'method' | 'options' | 'grid' | 'folds'>,
): Promise<{
  options: Options
  selection?: Row['selection']
  table: readonly { options: Options; accuracy: number }[]
}> {
  const tried = combinations(options, grid)
  if (tried.length === 1) return { options: tried[0], table: [] }
  const candidates = tried.map((each): [string, Classifier] => [
    JSON.stringify(each),
    makeClassifier(method, each, prng.split('selection')),
  ])
  const { bestKey, table } = await crossValidate(Object.fromEntries(candidates), fit.features, fit.labels, {
    folds,
    prng: prng.split('folds'),
  })
  const best = table.find(({ key }) => key === bestKey)!
  return {
    options: JSON.parse(bestKey),
    selection: { folds, candidates: table.length, accuracy: best.accuracy },
    table: table.map(({ key, accuracy }) => ({ options: JSON.parse(key), accuracy })),
  }
}
