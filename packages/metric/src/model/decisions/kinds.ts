import type { Decision } from '../model.ts'
import { collaborativeSizes, openCollaborative } from './collaborative.ts'
import type { DecisionSizes, HostDecision, OpenDecision } from './decision.ts'
import { kernelSizes, openKernel } from './kernel.ts'
import { linearSizes, openLinear } from './linear.ts'
import { neighbourSizes, openNeighbours } from './neighbours.ts'
import { openPatches, patchSizes } from './patches.ts'
import { openPrototypes, prototypeSizes } from './prototypes.ts'
import { openRandomFeatures, randomFeaturesSizes } from './random-features.ts'
import { openRobust, robustSizes } from './robust.ts'

interface Kind<D> {
  sizes(decision: D): DecisionSizes
  open(decision: D): OpenDecision | HostDecision
}

const KINDS: { readonly [K in Decision['kind']]: Kind<Extract<Decision, { kind: K }>> } = {
  collaborative: { sizes: collaborativeSizes, open: openCollaborative },
  kernel: { sizes: kernelSizes, open: openKernel },
  linear: { sizes: linearSizes, open: openLinear },
  neighbours: { sizes: neighbourSizes, open: openNeighbours },
  patches: { sizes: patchSizes, open: openPatches },
  prototypes: { sizes: prototypeSizes, open: openPrototypes },
  randomFeatures: { sizes: randomFeaturesSizes, open: openRandomFeatures },
  robust: { sizes: robustSizes, open: openRobust },
}

const kindOf = ({ kind }: Decision) => KINDS[kind] as Kind<Decision>

export const decisionSizes = (decision: Decision): DecisionSizes => kindOf(decision).sizes(decision)

/** What a decision needs on the engine. Call it inside tf.tidy, and return its tensors from there. */
export const openDecision = (decision: Decision): OpenDecision | HostDecision => kindOf(decision).open(decision)
