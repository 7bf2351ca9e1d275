import type { Backbone } from '@dml-crc/backbones'
import { centerCrop, type Transform } from '@dml-crc/datasets'
import type { Experiment } from '../experiment/schema.ts'

/** The one view of an image that features are taken of when nothing is random: its middle. */
export function testView({ inputSize: size }: Backbone, { shortSide }: Pick<Experiment, 'shortSide'>): Transform {
  return centerCrop({ size, resize: Math.round(size * shortSide) })
}
