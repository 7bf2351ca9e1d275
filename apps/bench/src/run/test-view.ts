import type { FeatureNetwork } from '@dml-crc/backbones'
import { centerCrop, type Transform } from '@dml-crc/datasets'
import type { Experiment } from '../experiment/schema.ts'

/** The one view of an image that features are taken of when nothing is random: its middle. */
export function testView(network: FeatureNetwork, { shortSide }: Pick<Experiment, 'shortSide'>): Transform {
  const { inputSize: size, view } = network
  const resize = shortSide === undefined ? view.shortSide : Math.round(size * shortSide)
  return centerCrop({ size, resize, interpolation: view.interpolation })
}
