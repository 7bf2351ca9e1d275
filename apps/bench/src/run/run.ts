import { type FeatureNetwork, isOwnNetwork } from '@dml-crc/backbones'
import { Prng } from '@dml-crc/core'
import { runSweep } from '../choosing/sweeps.ts'
import type { BackboneEntry, Experiment } from '../experiment/schema.ts'
import { contentKey } from '../results/run-folder.ts'
import { pretrain, runEndToEnd } from './end-to-end.ts'
import { splitFeatures } from './features.ts'
import { runFrozen } from './frozen.ts'
import { asBackbone, openNetwork } from './open-backbone.ts'
import type { Study } from './study.ts'

/**
 * Runs an experiment: for each backbone its features, every method on them, the sweeps, and the methods that train end to
 * end. Rows are written as they come; rows that the folder has already are not measured again.
 */
export async function runExperiment(experiment: Experiment, parts: Omit<Study, 'experiment' | 'prng'>): Promise<void> {
  const study: Study = { experiment, ...parts, prng: Prng.fromSeed(experiment.seed) }
  for (const entry of experiment.backbones) {
    const { pretrain: training } = entry
    const weights = training ? await pretrain(study, { ...entry, pretrain: training }) : entry.weights
    const backbone = await openNetwork({ ...entry, weights, pretrain: undefined }, { norm: training && 'live' })
    try {
      await runBackbone(study, backbone, entry, isOwnNetwork(entry.name) ? undefined : weights)
    } finally {
      backbone.dispose()
    }
  }
  await study.folder.finish()
}

async function runBackbone(
  study: Study,
  backbone: FeatureNetwork,
  entry: BackboneEntry,
  weights: string | undefined,
): Promise<void> {
  const { experiment, signal } = study
  if (experiment.endToEnd.length > 0) asBackbone(backbone, 'endToEnd')
  const features = await splitFeatures(study, backbone)
  for (const method of experiment.methods) {
    signal.throwIfAborted()
    const key = contentKey('frozen', entry, method)
    await runFrozen(study, backbone, features, { entry: method, key, weights })
  }
  for (const sweep of experiment.sweeps) {
    signal.throwIfAborted()
    await runSweep(study, backbone, features, { entry: sweep, key: contentKey('sweep', entry, sweep) })
  }
  for (const method of experiment.endToEnd) {
    signal.throwIfAborted()
    await runEndToEnd(study, asBackbone(backbone, 'endToEnd'), features, {
      entry: method,
      key: contentKey('end to end', entry, method),
    })
  }
}
