import type { OnProgress } from '@dml-crc/core'
import { fitSamples, type MethodOptions, type Model, methodNamed, predict } from '@dml-crc/metric'
import { chooseOptions } from '../choosing/choose-options.ts'
import { predictHeldOut } from '../choosing/held-out.ts'
import type { Terminal } from '../command-line/terminal.ts'
import { methodLabel } from '../experiment/method-label.ts'
import type { Experiment, MethodEntry } from '../experiment/schema.ts'
import { foldsOf } from '../experiment/splits.ts'
import type { Figures } from '../results/details.ts'
import { peakRssMb } from '../results/machine.ts'
import type { RunFolder } from '../results/run-folder.ts'
import type { Row } from '../results/schema.ts'
import type { SplitFeatures } from './features.ts'
import { classifyAndMeasure, type Said } from './measure.ts'
import type { Asked, Study } from './study.ts'

/** Where a method is measured. */
export interface MethodSetting {
  experiment: Pick<Experiment, 'select' | 'seed' | 'splits'>
  folder: Pick<RunFolder, 'has' | 'add'>
  terminal: Pick<Terminal, 'onProgress'>
  prng: Study['prng']
  /** What its rows have in common. */
  head: Pick<Row, 'dataset' | 'backbone' | 'weights' | 'layer'>
  classNames?: readonly string[]
}

/** The key of one row of a method that is measured with several seeds. */
export const seedKey = (key: string, seed: number): string => `${key}-seed-${seed}`

/**
 * Chooses the options of a method inside the fit split, fits it once for each seed, and adds a row for each.
 * @param belongings what else is made of a model, before its row is there; gives what the report shows of it
 */
export async function measureMethod(
  setting: MethodSetting,
  features: SplitFeatures,
  { entry, key }: Asked<MethodEntry>,
  belongings?: (model: Model, prediction: Said, about: { task: string; isFirst: boolean }) => Promise<Partial<Figures>>,
): Promise<void> {
  const { experiment, folder, terminal, prng, head, classNames } = setting
  const { splits } = experiment
  const folds = foldsOf(splits)
  const label = methodLabel(entry)
  const method = methodNamed(entry.method)
  const seeds = Array.from({ length: entry.seeds }, (_, i) => experiment.seed + i)
  const missing = seeds.filter((seed) => !folder.has(seedKey(key, seed)))
  if (missing.length === 0) return

  const task = `${label} on ${head.backbone}`
  terminal.onProgress({ kind: 'start', task })
  // What a fit reports is shown as the progress of its row.
  const onProgress: OnProgress = (event) => {
    if (event.kind === 'advance') terminal.onProgress({ ...event, task })
  }
  const { options, selection } = await chooseOptions(setting, features, entry)
  for (const seed of missing) {
    const begun = performance.now()
    const classifier = method.make(options, { prng: prng.split(`seed ${seed}`), onProgress })
    const model = await fitSamples(classifier, features.fit, { classNames })
    const fitSeconds = (performance.now() - begun) / 1000
    const { prediction, measures, seconds } = await classifyAndMeasure(
      () =>
        folds === undefined
          ? predict(model, features.test.features)
          : predictHeldOut(setting, features.fit, entry, folds),
      features.test.labels,
    )
    const chosen = Object.entries(model.chosen ?? {})
    const values = Object.fromEntries(chosen.map(([name, { value }]) => [name, value]))
    const row: Row = {
      ...head,
      split: { ...splits, select: describeSelection(selection, model.chosen, splits.fit) },
      regime: 'frozen',
      method: label,
      entry: key,
      baseline: method.baseline,
      options: { ...options, ...values },
      resolved: { ...(method.options.parse(options) as MethodOptions), ...values },
      selection,
      chosen: chosen.map(([option, { value, tried, accuracy, atLimit }]) => ({
        option,
        value,
        candidates: tried.length,
        accuracy,
        atLimit,
      })),
      seed,
      ...measures,
      seconds: { features: features.seconds, fit: fitSeconds, classify: seconds },
      peakRssMb: peakRssMb(),
    }
    // The row comes last: what belongs to it is there once it is.
    const figures = await belongings?.(model, prediction, { task, isFirst: seed === experiment.seed })
    await folder.add(seedKey(key, seed), row, prediction.labels, figures)
  }
  terminal.onProgress({ kind: 'end', task })
}

/** What chose the options: folds of the fit split, or the fit itself, which says when a grid ended at its limit. */
function describeSelection(selection: Row['selection'], chosen: Model['chosen'], fit: string): string {
  const inside = Object.entries(chosen ?? {}).map(
    ([option, { tried, atLimit }]) => `${option} among ${tried.length}${atLimit ? ', at the limit of its grid' : ''}`,
  )
  const parts = [
    ...(selection ? [`${selection.folds} folds of ${fit}`] : []),
    ...(inside.length > 0 ? [`the fit: ${inside.join('; ')}`] : []),
  ]
  return parts.join('; ') || 'nothing chosen'
}
