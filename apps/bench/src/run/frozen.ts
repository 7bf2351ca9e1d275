import type { Backbone } from '@dml-crc/backbones'
import type { FittedMetric, NormaliseOptions } from '@dml-crc/metric'
import type { Head } from '@dml-crc/trainer'
import type { MethodEntry } from '../experiment/schema.ts'
import { foldsOf } from '../experiment/splits.ts'
import { peakRssMb } from '../results/machine.ts'
import type { Row } from '../results/schema.ts'
import { chooseOptions } from './choose-options.ts'
import { exportStudyModel } from './export-study-model.ts'
import type { SplitFeatures } from './features.ts'
import { predictHeldOut } from './held-out.ts'
import { learnedFigures } from './learned-figures.ts'
import { classifyAndMeasure } from './measure.ts'
import { isBaseline, makeClassifier, methodLabel } from './methods.ts'
import type { Asked, Study } from './study.ts'

/** What the rows of one backbone have in common. */
export function rowHead({ experiment, images }: Study, backbone: Backbone) {
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
  backbone: Backbone,
  features: SplitFeatures,
  { entry, key }: Asked<MethodEntry>,
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
    const classifier = makeClassifier(entry.method, options, prng.split(`seed ${seed}`))
    const fitted = await classifier.fit(features.fit.features, features.fit.labels)
    const fitSeconds = (performance.now() - begun) / 1000
    try {
      const { prediction, measures, seconds } = await classifyAndMeasure(
        folds === undefined ? fitted : { predict: () => predictHeldOut(study, features.fit, entry, folds) },
        features.test.features,
        features.test.labels,
      )
      const row: Row = {
        ...head,
        split: { ...head.split, select: describeSelection(selection, experiment.splits.fit) },
        regime: 'frozen',
        method,
        entry: key,
        baseline: isBaseline(entry.method),
        options,
        selection,
        seed,
        ...measures,
        seconds: { features: features.seconds, fit: fitSeconds, classify: seconds },
        peakRssMb: peakRssMb(),
      }
      const isFirst = seed === experiment.seed
      if (fitted.metric && isFirst) {
        const { metric, form } = fitted
        await exportStudyModel(study, backbone, () => headOf(metric, form))
      }
      // Cross-validated images are in the dictionary: a picture of how it explains them would show themselves.
      const isShown = isFirst && folds === undefined
      // The row comes last: what belongs to it is there once it is.
      const figures = isShown ? await learnedFigures(study, fitted, features, prediction, task) : {}
      await folder.add(seedKey(key, seed), row, prediction.labels, figures)
    } finally {
      fitted.dispose()
    }
  }
  terminal.onProgress({ kind: 'end', task })
}

/** A learned metric as the plain values of an export. */
async function headOf(
  { layer, dictionary, labels, lambda, temperature, rule }: FittedMetric,
  normalise: NormaliseOptions,
): Promise<Head> {
  const metric = { shape: layer.variable.shape, data: (await layer.variable.data()) as Float32Array }
  return {
    kind: 'DML-CRC',
    metric,
    dictionary,
    labels: { shape: [labels.length], data: labels },
    lambda,
    temperature,
    rule,
    // The frozen features were normalised without the smoothing that training end to end needs.
    normalise: { ...normalise, rootEpsilon: 0 },
  }
}

const describeSelection = (selection: Row['selection'], fit: string) =>
  selection ? `${selection.folds} folds of ${fit}` : 'nothing chosen'
