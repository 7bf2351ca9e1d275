import type { Backbone } from '@dml-crc/backbones'
import type { Prng } from '@dml-crc/core'
import type { ImageRecord } from '@dml-crc/datasets'
import { accuracy, type Model, predict, stratifiedFolds } from '@dml-crc/metric'
import type { TrainingEntry } from '../../experiment/schema.ts'
import { imageFeatures } from '../features.ts'
import type { Study } from '../study.ts'

/** The images of the fit split that a training learns from, by their places in it, and those that are held out. */
export interface LearningParts {
  places: Int32Array
  records: readonly ImageRecord[]
  held?: readonly ImageRecord[]
}

/**
 * All images of the fit split, or those that early stopping leaves to learn from.
 * @throws InputError for a class with a single image, where some are to be held out
 */
export function learningParts(
  { images }: Pick<Study, 'images'>,
  { earlyStop }: Pick<TrainingEntry, 'earlyStop'>,
  prng: Prng,
): LearningParts {
  const { fit } = images
  if (!earlyStop) return { places: Int32Array.from(fit.keys()), records: fit }
  const labels = Int32Array.from(fit, ({ label }) => label)
  const [part] = stratifiedFolds(labels, earlyStop.folds, prng.split('held out'))
  const taken = (places: Int32Array) => Array.from(places, (i) => fit[i])
  return { places: part.fit, records: taken(part.fit), held: taken(part.held) }
}

/** Measures a model on the images held out, by the fixed views of the experiment. */
export async function heldOutAccuracy(
  study: Study,
  backbone: Backbone,
  held: readonly ImageRecord[],
  model: Model,
): Promise<number> {
  const { features, labels } = await imageFeatures(backbone, held, { ...study, terminal: quiet(study.terminal) })
  return accuracy((await predict(model, features)).labels, labels)
}

/** The progress of the training goes on being shown while it measures. */
const quiet = (terminal: Study['terminal']): Study['terminal'] => ({ ...terminal, onProgress: () => {} })

/** What chose the number of epochs, in words. */
export const describeEarlyStop = ({ earlyStop }: Pick<TrainingEntry, 'earlyStop'>, fit: string): string =>
  earlyStop ? `epochs: one of ${earlyStop.folds} folds of ${fit}` : 'nothing chosen'
