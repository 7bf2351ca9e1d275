import type { FeatureNetwork } from '@dml-crc/backbones'
import {
  augment,
  centerViews,
  type FixedCropOptions,
  randAugment,
  randomResizedCrop,
  type Transform,
  trivialAugment,
} from '@dml-crc/datasets'
import type { Experiment, TrainingEntry } from '../experiment/schema.ts'

type Choice = Pick<Experiment, 'shortSide' | 'mirror'>

/** The short sides in pixels of the fixed views of a network. */
export function shortSides({ inputSize, view }: FeatureNetwork, { shortSide }: Pick<Choice, 'shortSide'>): number[] {
  if (shortSide === undefined) return [view.shortSide]
  return [shortSide].flat().map((share) => Math.round(inputSize * share))
}

/** The views of an image whose mean feature is its feature: its middle at each short side, and mirror images of those. */
export function fixedViews(network: FeatureNetwork, choice: Choice): Transform[] {
  const { inputSize: size, view } = network
  const options: FixedCropOptions = { size, interpolation: view.interpolation }
  return centerViews({ ...options, resize: shortSides(network, choice), mirror: choice.mirror })
}

/** A random view of an image to fit on. */
export function randomView(
  { inputSize: size }: FeatureNetwork,
  { randomScale: scale }: Pick<Experiment, 'randomScale'>,
) {
  return augment(randomResizedCrop({ size, scale }), { flip: 0.5 })
}

/** A random view of an image to train a network on. */
export function trainingView(network: FeatureNetwork, scale: Pick<Experiment, 'randomScale'>, entry: TrainingEntry) {
  const view = randomView(network, scale)
  if (entry.augment === 'trivial') return trivialAugment(view)
  return entry.augment === 'rand' ? randAugment(view) : view
}

/** How many fixed views an image has. */
export const fixedViewCount = ({ shortSide, mirror }: Choice): number => [shortSide].flat().length * (mirror ? 2 : 1)
