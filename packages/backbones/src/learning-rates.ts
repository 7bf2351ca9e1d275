import { InputError } from '@dml-crc/core'
import type * as tf from '@tensorflow/tfjs'
import type { Backbone } from './backbone.ts'

/** The variables of one block, and the factor on the learning rate for them. */
export interface LearningRateGroup {
  name: string
  variables: ReadonlyMap<string, tf.Variable>
  learningRate: number
}

/**
 * One group for each block that is not frozen, in the order of the network. The last has the learning rate 1, and each
 * earlier one that of the next times `decay`: early layers are general and need to move least
 * (Howard, Ruder, "Universal Language Model Fine-tuning for Text Classification", ACL 2018, section 3.2).
 * @throws {InputError} when `decay` is not in (0, 1].
 */
export function learningRateGroups(backbone: Backbone, { decay = 1 }: { decay?: number } = {}): LearningRateGroup[] {
  if (!(decay > 0 && decay <= 1)) {
    throw new InputError('decay', {
      expected: 'a number above 0 and up to 1',
      received: String(decay),
      remedy: 'Pass 1 for the same learning rate everywhere.',
    })
  }
  const trained = [...backbone.blocks].filter(([, names]) =>
    names.some((name) => backbone.variables.get(name)!.trainable),
  )
  return trained.map(([name, names], i) => ({
    name,
    variables: new Map(
      names.map((each) => [each, backbone.variables.get(each)!] as const).filter(([, { trainable }]) => trainable),
    ),
    learningRate: decay ** (trained.length - 1 - i),
  }))
}
