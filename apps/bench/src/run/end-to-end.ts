import { existsSync } from 'node:fs'
import type { Backbone } from '@dml-crc/backbones'
import type { Prng } from '@dml-crc/core'
import { classBalanced, shuffled } from '@dml-crc/datasets'
import { dmlCrcGradient, fitSamples, type Model, predict, resumeObjective } from '@dml-crc/metric'
import { arcFaceTask, dmlCrcTask, proxyNcaTask, softmaxTask, type Task, tripletTask } from '@dml-crc/trainer'
import { endToEndLabel } from '../experiment/method-label.ts'
import type { BackboneEntry, EndToEndEntry, TrainingEntry } from '../experiment/schema.ts'
import type { Curve } from '../results/details.ts'
import { peakRssMb } from '../results/machine.ts'
import { pretrainKey } from './entry-keys.ts'
import { exportStudyModel } from './export-study-model.ts'
import { imageFeatures, type SplitFeatures } from './features.ts'
import { rowHead } from './frozen.ts'
import { fittedClasses } from './images.ts'
import { classifyAndMeasure } from './measure.ts'
import { seedKey } from './measure-method.ts'
import { asBackbone, openNetwork } from './open-backbone.ts'
import type { Asked, Study } from './study.ts'
import { train } from './training.ts'
import { fixedViews } from './views.ts'
import { weightsKept } from './weights-kept.ts'

/**
 * Trains network and classifier together, once for each seed, each time from the weights that the backbone has now, and
 * adds a row for each. DML-CRC has two stages: the metric is learned on the frozen features first.
 */
export async function runEndToEnd(
  study: Study,
  backbone: Backbone,
  frozen: SplitFeatures,
  { entry, key: entryKey }: Asked<EndToEndEntry>,
): Promise<void> {
  const { experiment, folder, prng } = study
  const head = {
    ...rowHead(study, backbone),
    regime: 'end-to-end' as const,
    method: endToEndLabel(entry),
    entry: entryKey,
    baseline: entry.method !== 'dmlCrc',
  }
  for (let seed = experiment.seed; seed < experiment.seed + entry.seeds; seed++) {
    const key = seedKey(entryKey, seed)
    if (folder.has(key)) continue
    await weightsKept(backbone, async () => {
      const begun = performance.now()
      const own = prng.split(`end to end, seed ${seed}`)
      const task = await begin(study, backbone, frozen, entry, own)
      const beginSeconds = (performance.now() - begun) / 1000
      try {
        const title = `${head.method} end to end on ${head.backbone}, seed ${seed}`
        const checkpoints = folder.checkpointsOf(key)
        const trained = await train(study, task, backbone, entry.train, {
          title,
          prng: own,
          checkpoints,
          // The triplet loss has nothing to compare where a class comes alone.
          sampler: entry.method === 'triplet' ? classBalanced(4) : shuffled,
        })
        if (seed === experiment.seed) await exportStudyModel(study, backbone, () => task.model())
        await addRow(study, backbone, await task.model(), {
          key,
          head,
          seed,
          fitSeconds: beginSeconds + trained.seconds,
          options: { ...(entry.method === 'dmlCrc' && entry.options), train: entry.train },
          curve: trained.curve,
        })
      } finally {
        task.dispose()
      }
    })
  }
}

/** What the weights of a backbone that the run trains from scratch are called. */
export function pretrainedName({ backbones }: Pick<Study['experiment'], 'backbones'>, entry: BackboneEntry): string {
  const isAlone = backbones.filter((other) => other.name === entry.name && other.pretrain).length === 1
  return isAlone ? entry.name : `${entry.name}-${pretrainKey(entry)}`
}

/**
 * Trains a backbone from scratch with softmax, adds the row of its own head, and saves the weights.
 * @returns the file of the weights; a resumed run that has them already trains nothing
 */
export async function pretrain(study: Study, entry: BackboneEntry & { pretrain: TrainingEntry }): Promise<string> {
  const { experiment, prng, folder, images } = study
  const { name, pretrain: training } = entry
  const entryKey = pretrainKey(entry)
  const key = seedKey(entryKey, experiment.seed)
  // Where the run is may change once it has its first row.
  const file = () => folder.weightsFile(pretrainedName(experiment, entry))
  const head = {
    regime: 'end-to-end' as const,
    method: 'softmax',
    entry: entryKey,
    baseline: true,
    seed: experiment.seed,
  }
  const backbone = asBackbone(await openNetwork(entry, { seed: experiment.seed }), 'pretrain')
  try {
    const common = { ...rowHead(study, backbone), ...head }
    if (folder.has(key) && existsSync(file())) return file()
    const own = prng.split('pretrain')
    const task = softmaxTask({ backbone, classes: fittedClasses(images).length, prng: own.split('head') })
    try {
      const title = `softmax from scratch on ${name}`
      const checkpoints = folder.checkpointsOf(key)
      const trained = await train(study, task, backbone, training, {
        title,
        prng: own,
        checkpoints,
        sampler: shuffled,
      })
      await backbone.saveWeights(file())
      // Weights that were lost are made again; the row is there already.
      if (folder.has(key)) {
        await folder.removeCheckpoints(key)
        return file()
      }
      await addRow(study, backbone, await task.model(), {
        key,
        head: common,
        seed: experiment.seed,
        fitSeconds: trained.seconds,
        options: { train: training },
        curve: trained.curve,
      })
    } finally {
      task.dispose()
    }
    return file()
  } finally {
    backbone.dispose()
  }
}

/** The task of an entry at its start. */
async function begin(
  { experiment, images }: Study,
  backbone: Backbone,
  { fit }: SplitFeatures,
  entry: EndToEndEntry,
  prng: Prng,
): Promise<Task & { model(): Promise<Model> }> {
  const { backboneRate, metricRate } = entry.train
  const classNames = fittedClasses(images)
  // The features that training compares with are kept of one view.
  const [transform] = fixedViews(backbone, experiment)
  const head = { backbone, classes: classNames.length, prng: prng.split('head'), backboneRate, classNames }
  switch (entry.method) {
    case 'softmax':
      return softmaxTask(head)
    case 'arcFace':
      return arcFaceTask(head)
    case 'proxyNca':
      return proxyNcaTask(head)
    case 'triplet':
      return tripletTask({ backbone, records: images.fit, transform, backboneRate, classNames })
    case 'dmlCrc':
      break
  }
  const { noise, smoothing } = dmlCrcGradient.options.parse(entry.options)
  const frozen = await fitSamples(dmlCrcGradient.make(entry.options, { prng: prng.split('metric') }), fit)
  return dmlCrcTask({
    backbone,
    records: images.fit,
    transform,
    // As while the metric was learned: without noise L goes on to fit single training images.
    objective: resumeObjective(frozen, { noise, smoothing, prng: prng.split('noise') }),
    rates: { backbone: backboneRate, metric: metricRate, scalars: metricRate },
    classNames,
  })
}

interface RowParts {
  key: string
  head: ReturnType<typeof rowHead> & { regime: 'end-to-end'; method: string; entry: string; baseline: boolean }
  seed: number
  fitSeconds: number
  options: Record<string, unknown>
  curve: Curve
}

/** Measures a classifier on the test features of the backbone as it is now. */
async function addRow(
  { experiment, images, folder, terminal, signal }: Study,
  backbone: Backbone,
  model: Model,
  { key, head, seed, fitSeconds, options, curve }: RowParts,
): Promise<void> {
  const { features, labels, seconds } = await imageFeatures(backbone, images.test, { experiment, terminal, signal })
  const {
    prediction,
    measures,
    seconds: classifySeconds,
  } = await classifyAndMeasure(() => predict(model, features), labels)
  const row = {
    ...head,
    split: { ...head.split, select: 'nothing chosen' },
    options,
    seed,
    ...measures,
    seconds: { features: seconds, fit: fitSeconds, classify: classifySeconds },
    peakRssMb: peakRssMb(),
  }
  await folder.add(key, row, prediction.labels, { curves: [curve] })
}
