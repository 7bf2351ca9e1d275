import { type Backbone, createBackbone } from '@dml-crc/backbones'
import { InputError } from '@dml-crc/core'
import type { Experiment } from '../experiment/schema.ts'

/**
 * The first backbone of an experiment, for commands that only look at its features.
 * @throws InputError where the experiment trains it from scratch and no weights are named
 */
export async function openBackbone({ name: experiment, backbones, seed }: Experiment): Promise<Backbone> {
  const { name, weights, layer, inputSize, pretrain } = backbones[0]
  if (pretrain) {
    throw new InputError(`Features of ${experiment}`, {
      expected: 'a backbone with weights',
      received: `${name}, which the experiment trains from scratch`,
      remedy: `Name weights with --weights, for instance those of a run: runs/${experiment}/checkpoints/${name}.safetensors.`,
    })
  }
  return createBackbone(name, { weights, layer, inputSize, seed })
}
