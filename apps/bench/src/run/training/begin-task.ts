import type { Backbone } from '@dml-crc/backbones'
import type { Prng } from '@dml-crc/core'
import { dmlCrcGradient, fitSamples, type Model, resumeObjective, takeSamples } from '@dml-crc/metric'
import {
  arcFaceTask,
  dmlCrcTask,
  proxyNcaTask,
  type Samples,
  softmaxTask,
  type Task,
  tripletTask,
} from '@dml-crc/trainer'
import type { EndToEndEntry } from '../../experiment/schema.ts'
import type { SplitFeatures } from '../features.ts'
import { fittedClasses } from '../images.ts'
import type { Study } from '../study.ts'
import { fixedViews } from '../views.ts'
import type { LearningParts } from './early-stop.ts'

/** A task, and the classifier that it has learned: of given samples, where its classifier is made of such. */
export type LearningTask = Task & { model(samples?: Samples): Promise<Model> }

/** Whether the classifier of a method is made of the features of all images to fit, and not of what was learned alone. */
export const keepsSamples = ({ method }: Pick<EndToEndEntry, 'method'>): boolean =>
  method === 'dmlCrc' || method === 'triplet'

/**
 * The task of an entry at its start. That of DML-CRC starts from the metric learned on the frozen features, the mean over the
 * fixed views, of the images that are learned from.
 */
export async function beginTask(
  { experiment, images }: Study,
  backbone: Backbone,
  frozen: SplitFeatures,
  entry: EndToEndEntry,
  { places, records, prng }: Pick<LearningParts, 'places' | 'records'> & { prng: Prng },
): Promise<LearningTask> {
  const { backboneRate } = entry.train
  const classNames = fittedClasses(images)
  // The features that training compares with are kept of one view.
  const [transform] = fixedViews(backbone, experiment)
  const head = { backbone, classes: classNames.length, prng: prng.split('head'), backboneRate, classNames }
  switch (entry.method) {
    case 'softmax':
      return softmaxTask({ ...head, smoothing: entry.train.smoothing })
    case 'arcFace':
      return arcFaceTask(head)
    case 'proxyNca':
      return proxyNcaTask(head)
    case 'triplet':
      return tripletTask({ backbone, records, transform, backboneRate, classNames })
    case 'dmlCrc':
      break
  }
  const { noise, smoothing: before } = dmlCrcGradient.options.parse(entry.options)
  const { metricRate, refreshEvery, smoothing = before } = entry.train
  const classifier = dmlCrcGradient.make(entry.options, { prng: prng.split('metric') })
  const { features, labels } = frozen.fit
  const model = await fitSamples(classifier, takeSamples({ features, labels }, places))
  return dmlCrcTask({
    backbone,
    records,
    transform,
    // As while the metric was learned: without noise L goes on to fit single training images.
    objective: resumeObjective(model, { noise, smoothing, prng: prng.split('noise') }),
    refreshEvery,
    rates: { backbone: backboneRate, metric: metricRate, scalars: metricRate },
    classNames,
  })
}
