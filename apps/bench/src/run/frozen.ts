import type { FeatureNetwork } from '@dml-crc/backbones'
import { type CollaborativeModel, calibrate, type Matrix, methodNamed } from '@dml-crc/metric'
import { predictHeldOut } from '../choosing/held-out.ts'
import type { MethodEntry } from '../experiment/schema.ts'
import { foldsOf } from '../experiment/splits.ts'
import { exportStudyModel, keepStudyModel, keepsModel } from './export-study-model.ts'
import type { SplitFeatures } from './features.ts'
import { fittedClasses } from './images.ts'
import { heldOutFigures, learnedFigures } from './learned-figures.ts'
import { measureMethod } from './measure-method.ts'
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

/**
 * Measures a method on the features of a backbone; the model of the first seed of a method of this project is kept or
 * exported, and shown.
 */
export async function runFrozen(
  study: Study,
  backbone: FeatureNetwork,
  features: SplitFeatures,
  { weights, ...asked }: Asked<MethodEntry> & { weights?: string },
): Promise<void> {
  const { split: _, ...head } = rowHead(study, backbone)
  const folds = foldsOf(study.experiment.splits)
  const setting = { ...study, head, classNames: fittedClasses(study.images) }
  const isOurs = !methodNamed(asked.entry.method).baseline
  await measureMethod(setting, features, asked, async (model, prediction, { task, isFirst }) => {
    if (!isFirst || !isOurs || model.decision.kind !== 'collaborative') return {}
    if (study.exportsModel || keepsModel(study, weights)) {
      const heldOut = folds === undefined ? undefined : prediction.scores
      const calibration = await calibrationOf(study, features.fit, asked.entry, heldOut)
      const kept = calibration ? { ...model, calibration } : model
      if (study.exportsModel) await exportStudyModel(study, backbone, async () => kept)
      else await keepStudyModel(study, backbone, weights!, kept)
    }
    return folds === undefined
      ? learnedFigures(study, model as CollaborativeModel, features, prediction, task)
      : heldOutFigures(study, prediction, task)
  })
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
