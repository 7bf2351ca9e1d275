import {
  type Backbone,
  createBackbone,
  type FeatureNetwork,
  findPool,
  imagenetBgr,
  imagenetRgb,
  isOwnNetwork,
  minusOneToOne,
  openOwnNetwork,
} from '@dml-crc/backbones'
import { InputError } from '@dml-crc/core'
import type { BackboneEntry, Experiment } from '../experiment/schema.ts'

const PREPROCESSING = { imagenetRgb, imagenetBgr, minusOneToOne }

/**
 * Opens the network of an entry: a backbone of the list with its weights, or a network of the user's own by its path.
 * @throws InputError for options that a network of the user's own does not have
 */
export async function openNetwork(
  entry: BackboneEntry,
  options: { seed?: number; norm?: 'live'; freeze?: string } = {},
): Promise<FeatureNetwork> {
  const { name, weights, layers, inputSize, preprocessing, pretrain } = entry
  const pools = entry.pools?.map(findPool)
  if (!isOwnNetwork(name)) {
    refuse(name, preprocessing !== undefined, 'preprocessing', 'The weights of the list bring their own: leave it out.')
    return createBackbone(name, { weights, layers, inputSize, pools, ...options })
  }
  refuse(name, weights !== 'auto' && weights !== undefined, 'weights', 'The file holds them: leave weights out.')
  refuse(name, options.freeze !== undefined, 'freeze', 'Leave it out: a network of your own is one block.')
  refuse(name, pretrain !== undefined, 'pretrain', 'Leave it out, or choose a backbone of the list.')
  const chosen = preprocessing && PREPROCESSING[preprocessing]
  return openOwnNetwork(name, { layers, inputSize, pools, preprocessing: chosen })
}

function refuse(name: string, isThere: boolean, key: string, remedy: string): void {
  if (isThere) throw new InputError(`backbone ${name}`, { expected: `no ${key}`, received: 'one', remedy })
}

/**
 * The first backbone of an experiment, for commands that only look at its features.
 * @throws InputError where the experiment trains it from scratch and no weights are named
 */
export async function openBackbone(experiment: Experiment): Promise<FeatureNetwork> {
  const [entry] = experiment.backbones
  if (entry.pretrain) {
    throw new InputError(`Features of ${experiment.name}`, {
      expected: 'a backbone with weights',
      received: `${entry.name}, which the experiment trains from scratch`,
      remedy: `Name weights with --weights, for instance those of a run: runs/${experiment.name}/checkpoints/${entry.name}.safetensors.`,
    })
  }
  return openNetwork(entry, { seed: experiment.seed })
}

/**
 * The network as one that can be trained and exported.
 * @throws InputError where it only gives features
 */
export function asBackbone(network: FeatureNetwork, use: string): Backbone {
  if ('forward' in network) return network as Backbone
  throw new InputError(`${use} with ${network.record.name}`, {
    expected: 'a network that TensorFlow.js runs',
    received: 'one in an ONNX file, of which only features can be taken',
    remedy: `Leave ${use} out, or choose a backbone of the list or a model.json of your own.`,
  })
}
