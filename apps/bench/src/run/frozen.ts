import type { FeatureNetwork } from '@dml-crc/backbones'
import { calibrate, type Matrix, methodNamed, predict } from '@dml-crc/metric'
import type { MethodEntry } from '../experiment/schema.ts'
import { foldsOf } from '../experiment/splits.ts'
import { peakRssMb } from '../results/machine.ts'
import type { Row } from '../results/schema.ts'
import { chooseOptions } from './choose-options.ts'
import { exportStudyModel, keepStudyModel, keepsModel } from './export-study-model.ts'
import type { SplitFeatures } from './features.ts'
import { predictHeldOut } from './held-out.ts'
import { learnedFigures } from './learned-figures.ts'
import { classifyAndMeasure } from './measure.ts'
import { methodLabel } from './method-label.ts'
import type { Asked, Study } from './study.ts'

/** What the rows of one backbone have in common. */
export function rowHead({ experiment, images }: Study, backbone: FeatureNetwork) {
  return {
    dataset: images.dataset.name,
    backbone: backbone.record.name,
    weights: backbone.weightsId,
    layer: backbone.layer,
    split: { fit: experiment.splits.fit, test: experiment.splits.test },
  }
}

/** The key of one row of a method that is measured with several seeds. */
export const seedKey = (key: string, seed: number): string => `${key}-seed-${seed}`

/** Chooses the options of a method inside the fit split, fits it once for each seed, and adds a row for each. */
export async function runFrozen(
  study: Study,
  backbone: FeatureNetwork,
  features: SplitFeatures,
  { entry, key, weights }: Asked<MethodEntry> & { weights?: string },
): Promise<void> {
  const { experiment, folder, terminal, prng } = study
  const folds = foldsOf(experiment.splits)
  const head = rowHead(study, backbone)
  const method = methodLabel(entry)
  const seeds = Array.from({ length: entry.seeds }, (_, i) => experiment.seed + i)
  const missing = seeds.filter((seed) => !folder.has(seedKey(key, seed)))
  if (missing.length === 0) return

  const task = `${method} on ${backbone.record.name}`
  terminal.onProgress({ kind: 'start', task })
  const { options, selection } = await chooseOptions(study, features, entry)
  for (const seed of missing) {
    const begun = performance.now()
    const classifier = methodNamed(entry.method).make(options, { prng: prng.split(`seed ${seed}`) })
    const { classes } = study.images.dataset
    const model = await classifier.fit(features.fit.features, features.fit.labels, { classNames: classes })
    const fitSeconds = (performance.now() - begun) / 1000
    const { prediction, measures, seconds } = await classifyAndMeasure(
      () =>
        folds === undefined
          ? predict(model, features.test.features)
          : predictHeldOut(study, features.fit, entry, folds),
      features.test.labels,
    )
    const row: Row = {
      ...head,
      split: { ...head.split, select: describeSelection(selection, experiment.splits.fit) },
      regime: 'frozen',
      method,
      entry: key,
      baseline: methodNamed(entry.method).baseline,
      options,
      selection,
      seed,
      ...measures,
      seconds: { features: features.seconds, fit: fitSeconds, classify: seconds },
      peakRssMb: peakRssMb(),
    }
    const isOurs = !methodNamed(entry.method).baseline && model.decision.kind === 'collaborative'
    const isLearned = isOurs && seed === experiment.seed
    if (isLearned && (study.exportsModel || keepsModel(study, weights))) {
      const heldOut = folds === undefined ? undefined : prediction.scores
      const calibration = await calibrationOf(study, features.fit, entry, heldOut)
      const kept = calibration ? { ...model, calibration } : model
      if (study.exportsModel) await exportStudyModel(study, backbone, async () => kept)
      else await keepStudyModel(study, backbone, weights!, kept)
    }
    // Cross-validated images are in the dictionary: a picture of how it explains them would show themselves.
    const isShown = isLearned && folds === undefined
    // The row comes last: what belongs to it is there once it is.
    const figures = isShown ? await learnedFigures(study, model, features, prediction, task) : {}
    await folder.add(seedKey(key, seed), row, prediction.labels, figures)
  }
  terminal.onProgress({ kind: 'end', task })
}

/**
 * How the scores of a model become probabilities, chosen on scores of images that it was not fitted on. Where no row has
 * such, they cost a cross-validation, which is spent on a user's own photographs and on models for export.
 */
async function calibrationOf(study: Study, fit: SplitFeatures['fit'], entry: MethodEntry, heldOut?: Matrix) {
  const { experiment, exportsModel } = study
  if (heldOut) return calibrate(heldOut, fit.labels)
  if (!exportsModel && experiment.dataset.name !== 'folder') return undefined
  const { scores } = await predictHeldOut(study, fit, entry, experiment.select.folds)
  return calibrate(scores, fit.labels)
}

const describeSelection = (selection: Row['selection'], fit: string) =>
  selection ? `${selection.folds} folds of ${fit}` : 'nothing chosen'
