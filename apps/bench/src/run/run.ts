import { type Backbone, createBackbone } from '@dml-crc/backbones'
import { Prng } from '@dml-crc/core'
import type { Experiment } from '../experiment/schema.ts'
import { pretrain, runEndToEnd } from './end-to-end.ts'
import { splitFeatures } from './features.ts'
import { runFrozen } from './frozen.ts'
import type { Study } from './study.ts'
import { runSweep } from './sweeps.ts'

/**
 * Runs an experiment: for each backbone its features, every method on them, the sweeps, and the methods that train end to
 * end. Rows are written as they come; rows that the folder has already are not measured again.
 */
export async function runExperiment(experiment: Experiment, parts: Omit<Study, 'experiment' | 'prng'>): Promise<void> {
  const study: Study = { experiment, ...parts, prng: Prng.fromSeed(experiment.seed) }
  const { details } = study.folder
  details.classes = [...study.images.dataset.classes]
  details.test = { ids: study.images.test.map(({ id }) => id), labels: study.images.test.map(({ label }) => label) }
  for (const entry of experiment.backbones) {
    const { pretrain: training } = entry
    const weights = training ? await pretrain(study, { ...entry, pretrain: training }) : entry.weights
    const { name, layer, inputSize } = entry
    const backbone = await createBackbone(name, { weights, layer, inputSize, norm: training && 'live' })
    try {
      await runBackbone(study, backbone)
    } finally {
      backbone.dispose()
    }
  }
  study.folder.results.finishedAt = new Date().toISOString()
  await study.folder.save()
}

async function runBackbone(study: Study, backbone: Backbone): Promise<void> {
  const { experiment, signal } = study
  const features = await splitFeatures(study, backbone)
  for (const method of experiment.methods) {
    signal.throwIfAborted()
    await runFrozen(study, backbone, features, method)
  }
  for (const sweep of experiment.sweeps) {
    signal.throwIfAborted()
    await runSweep(study, backbone, features, sweep)
  }
  for (const method of experiment.endToEnd) {
    signal.throwIfAborted()
    await runEndToEnd(study, backbone, features, method)
  }
}
