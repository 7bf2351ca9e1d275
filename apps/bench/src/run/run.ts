import { type FeatureNetwork, isOwnNetwork } from '@dml-crc/backbones'
import { Prng } from '@dml-crc/core'
import { runSweep } from '../choosing/sweeps.ts'
import type { BackboneEntry, Experiment } from '../experiment/schema.ts'
import { pretrain, runEndToEnd } from './end-to-end.ts'
import { endToEndKey, frozenKey, sweepKey } from './entry-keys.ts'
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
    const { network, weights } = await openTrained(study, entry)
    try {
      await runBackbone(study, network, entry, isOwnNetwork(entry.name) ? undefined : weights)
    } finally {
      network.dispose()
    }
  }
}

/** Opens the network of an entry, trained from scratch first where that is asked for. */
export async function openTrained(
  study: Study,
  entry: BackboneEntry,
): Promise<{ network: FeatureNetwork; weights: string }> {
  const { pretrain: training } = entry
  const weights = training ? await pretrain(study, { ...entry, pretrain: training }) : entry.weights
  const network = await openNetwork({ ...entry, weights, pretrain: undefined }, { norm: training && 'live' })
  return { network, weights }
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
    await runFrozen(study, backbone, features, { entry: method, key: frozenKey(entry, method), weights })
  }
  for (const sweep of experiment.sweeps) {
    signal.throwIfAborted()
    await runSweep(study, backbone, features, { entry: sweep, key: sweepKey(entry, sweep) })
  }
  for (const method of experiment.endToEnd) {
    signal.throwIfAborted()
    await runEndToEnd(study, asBackbone(backbone, 'endToEnd'), features, {
      entry: method,
      key: endToEndKey(entry, method),
    })
  }
}
