import { fitSamples, methodNamed, predict, stratifiedFolds, takeSamples } from '@dml-crc/metric'
import type { Experiment, MethodEntry } from '../experiment/schema.ts'
import type { SplitFeatures } from '../run/features.ts'
import type { Said } from '../run/measure.ts'
import type { Study } from '../run/study.ts'
import { chooseOptions } from './choose-options.ts'

/**
 * Classifies every image of the fit split by a classifier that was fitted, and whose options were chosen, on the other
 * folds only.
 */
export async function predictHeldOut(
  study: Pick<Study, 'prng'> & { experiment: Pick<Experiment, 'select'> },
  samples: SplitFeatures['fit'],
  entry: MethodEntry,
  folds: number,
): Promise<Said> {
  const { labels } = samples
  const classes = labels.reduce((most, label) => Math.max(most, label + 1), 0)
  const pooled = { labels: new Int32Array(labels.length), scores: new Float32Array(labels.length * classes) }
  for (const { fit, held } of stratifiedFolds(labels, folds, study.prng.split('test folds'))) {
    const part = takeSamples(samples, fit)
    const { options } = await chooseOptions(study, { fit: part }, entry)
    const classifier = methodNamed(entry.method).make(options, { prng: study.prng.split('held out') })
    const model = await fitSamples(classifier, part)
    const { labels: found, scores } = await predict(model, takeSamples(samples, held).features)
    for (const [k, i] of held.entries()) {
      pooled.labels[i] = found[k]
      pooled.scores.set(scores.data.subarray(k * classes, (k + 1) * classes), i * classes)
    }
  }
  return { labels: pooled.labels, scores: { data: pooled.scores, shape: [labels.length, classes] } }
}
