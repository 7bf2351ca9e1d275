import { type FeatureNetwork, isOwnNetwork } from '@dml-crc/backbones'
import { Prng } from '@dml-crc/core'
import { runSweep } from '../choosing/sweeps.ts'
import type { BackboneEntry, Experiment } from '../experiment/schema.ts'
import { endToEndKey, frozenKey, sweepKey } from './entry-keys.ts'
import { type SplitFeatures, splitFeatures } from './features.ts'
import { runFrozen } from './frozen.ts'
import { asBackbone, openNetwork } from './open-backbone.ts'
import type { Study } from './study.ts'
import { runEndToEnd } from './training/end-to-end.ts'
import { pretrain } from './training/pretrain.ts'

/**
 * Runs an experiment: for each backbone its features, every method on them, the sweeps, and the methods that train end to
 * end. Rows are written as they come; rows that the folder has already are not measured again.
 */
export async function runExperiment(experiment: Experiment, parts: Omit<Study, 'experiment' | 'prng'>): Promise<void> {
  const study: Study = { experiment, ...parts, prng: Prng.fromSeed(experiment.seed) }
  for (const entry of experiment.backbones) {
    const { network, weights } = await openTrained(study, entry)
    let features: SplitFeatures
    try {
      features = await runBackbone(study, network, entry, isOwnNetwork(entry.name) ? undefined : weights)
    } finally {
      network.dispose()
    }
    for (const method of experiment.endToEnd) {
      parts.signal.throwIfAborted()
      await runEndToEnd(study, toTrain(entry, weights), features, { entry: method, key: endToEndKey(entry, method) })
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
  return { network: await openWith(entry, weights), weights }
}

const openWith = (entry: BackboneEntry, weights: string, freeze?: string) =>
  openNetwork({ ...entry, weights, pretrain: undefined }, { norm: entry.pretrain && 'live', freeze })

/** Opens the network of an entry to be trained on from weights, but not up to its block `freeze`. */
export const toTrain = (entry: BackboneEntry, weights: string) => async (freeze?: string) =>
  asBackbone(await openWith(entry, weights, freeze), 'endToEnd')

/** Everything on the features of the network as it is, which are given back. */
async function runBackbone(
  study: Study,
  backbone: FeatureNetwork,
  entry: BackboneEntry,
  weights: string | undefined,
): Promise<SplitFeatures> {
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
  return features
}
