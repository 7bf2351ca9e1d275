import type { FeatureNetwork } from '@dml-crc/backbones'
import { methodLabel } from '../experiment/method-label.ts'
import type { SweepEntry } from '../experiment/schema.ts'
import { SYMBOLS } from '../results/table.ts'
import type { SplitFeatures } from '../run/features.ts'
import type { Asked, Study } from '../run/study.ts'
import { chooseOptions } from './choose-options.ts'

/** Cross-validated accuracy inside the fit split for each value of one option. */
export async function runSweep(
  study: Study,
  backbone: FeatureNetwork,
  features: SplitFeatures,
  { entry, key }: Asked<SweepEntry>,
): Promise<void> {
  const { folder, terminal } = study
  const { method, option, values, options, folds } = entry
  if (folder.has(key)) return
  const title = `${methodLabel({ method })} on ${backbone.record.name} over ${SYMBOLS[option] ?? option}`
  terminal.onProgress({ kind: 'start', task: title })
  const { table } = await chooseOptions(study, features, { method, options, grid: { [option]: values }, folds })
  const points = table.map((each) => ({ value: each.options[option] as number, accuracy: each.accuracy }))
  await folder.addSweep(key, { title, option: SYMBOLS[option] ?? option, points })
  terminal.onProgress({ kind: 'end', task: title })
}
