import type { Backbone } from '@dml-crc/backbones'
import { classBalanced, shuffled } from '@dml-crc/datasets'
import { dmlCrc, dmlCrcGradient, fitSamples, type Model } from '@dml-crc/metric'
import { endToEndLabel } from '../../experiment/method-label.ts'
import type { EndToEndEntry } from '../../experiment/schema.ts'
import { exportStudyModel } from '../export-study-model.ts'
import { fitFeatures, imageFeatures, type SplitFeatures } from '../features.ts'
import { rowHead } from '../frozen.ts'
import { fittedClasses } from '../images.ts'
import { seedKey } from '../measure-method.ts'
import type { Asked, Study } from '../study.ts'
import { beginTask, keepsSamples, type LearningTask } from './begin-task.ts'
import { heldOutAccuracy, learningParts } from './early-stop.ts'
import { train } from './train.ts'
import { addTrainedRow } from './trained-row.ts'

/**
 * Trains network and classifier together, once for each seed, and adds a row for each. The images are classified by the fixed
 * views of the experiment, as on frozen features, and a classifier that is made of samples has those of the whole fit split.
 * @param open the network with the weights that a training starts from, up to its block `freeze` not trained
 */
export async function runEndToEnd(
  study: Study,
  open: (freeze: string | undefined) => Promise<Backbone>,
  frozen: SplitFeatures,
  { entry, key: entryKey }: Asked<EndToEndEntry>,
): Promise<void> {
  const { experiment, folder } = study
  for (let seed = experiment.seed; seed < experiment.seed + entry.seeds; seed++) {
    const key = seedKey(entryKey, seed)
    if (folder.has(key)) continue
    const backbone = await open(entry.train.freeze)
    try {
      await trainOnce(study, backbone, frozen, { entry, entryKey, key, seed })
    } finally {
      backbone.dispose()
    }
  }
}

async function trainOnce(
  study: Study,
  backbone: Backbone,
  frozen: SplitFeatures,
  { entry, entryKey, key, seed }: { entry: EndToEndEntry; entryKey: string; key: string; seed: number },
): Promise<void> {
  const { experiment, folder } = study
  const head = {
    ...rowHead(study, backbone),
    regime: 'end-to-end' as const,
    method: endToEndLabel(entry),
    entry: entryKey,
    baseline: entry.method !== 'dmlCrc',
  }
  const begun = performance.now()
  const prng = study.prng.split(`end to end, seed ${seed}`)
  const { held, ...parts } = learningParts(study, entry.train, prng)
  const task = await beginTask(study, backbone, frozen, entry, { ...parts, prng })
  const beginSeconds = (performance.now() - begun) / 1000
  try {
    const trained = await train(study, task, backbone, entry.train, {
      title: `${head.method} end to end on ${head.backbone}, seed ${seed}`,
      prng,
      checkpoints: folder.checkpointsOf(key),
      // The triplet loss has nothing to compare where a class comes alone.
      sampler: entry.method === 'triplet' ? classBalanced(4) : shuffled,
      records: parts.records,
      heldOutAccuracy: held && (async () => heldOutAccuracy(study, backbone, held, await task.model())),
    })
    const model = await trainedModel(study, backbone, entry, task)
    if (seed === experiment.seed) await exportStudyModel(study, backbone, async () => model)
    const { train: training } = entry
    await addTrainedRow(study, backbone, model, {
      key,
      head,
      seed,
      beginSeconds,
      options: { ...(entry.method === 'dmlCrc' && entry.options), train: training },
      resolved: { ...(entry.method === 'dmlCrc' && dmlCrcGradient.options.parse(entry.options)), train: training },
      trained,
    })
  } finally {
    task.dispose()
  }
}

/** The classifier of a trained network. */
async function trainedModel(
  study: Study,
  backbone: Backbone,
  entry: EndToEndEntry,
  task: LearningTask,
): Promise<Model> {
  const { images, prng } = study
  if (entry.method === 'dmlCrc' && entry.train.refit) {
    const classifier = dmlCrc.make({}, { prng: prng.split('refit') })
    return fitSamples(classifier, await fitFeatures(study, backbone), { classNames: fittedClasses(images) })
  }
  return task.model(keepsSamples(entry) ? await imageFeatures(backbone, images.fit, study) : undefined)
}
