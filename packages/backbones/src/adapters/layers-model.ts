import { choiceError, InputError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { Backbone } from '../backbone.ts'
import { checkedNames } from '../feature-parts.ts'
import { type OwnNetworkOptions, ownNetwork, sideOf } from './own-network.ts'
import { digestOf } from './weights-digest.ts'

/**
 * Makes a backbone of a Keras-like model of TensorFlow.js whose input is [B, H, W, 3]. It is trained like any other; `dispose`
 * frees the model.
 * @throws {InputError} when the model has no such layer, or its output is neither features [B, d] nor a map [B, H, W, C].
 */
export async function fromLayersModel(model: tf.LayersModel, options: OwnNetworkOptions = {}): Promise<Backbone> {
  const { layers = [model.layers[model.layers.length - 1].name], name = model.name } = options
  checkedNames('layers', layers)
  const part = tf.model({ inputs: model.inputs, outputs: layers.map((layer) => outputOf(model, layer, name)) })
  const [, side] = model.inputs[0].shape
  const variables = new Map(
    // A layer's variable keeps the tensor that gradients are taken of to itself.
    part.weights.map((weight) => [weight.originalName, (weight as unknown as { val: tf.Variable }).val] as const),
  )
  return ownNetwork({
    ...options,
    name,
    layers,
    inputSize: sideOf(name, side ?? undefined, options.inputSize),
    weightsId: await digestOf(variables),
    variables,
    compute: (images, training) => [part.apply(images, { training }) as tf.Tensor | tf.Tensor[]].flat(),
    dispose: () => {
      model.dispose()
    },
  })
}

function outputOf(model: tf.LayersModel, layer: string, name: string): tf.SymbolicTensor {
  const found = model.layers.find((each) => each.name === layer)
  if (!found) {
    const names = model.layers.map((each) => each.name)
    throw choiceError(`layers of ${name}`, layer, names)
  }
  const output = found.output as tf.SymbolicTensor
  if (output.rank === 2 || output.rank === 4) return output
  throw new InputError(`layers of ${name}`, {
    expected: 'those whose output is [images, numbers] or [images, height, width, channels]',
    received: `${layer} with [${output.shape.map((size) => size ?? 'any')}]`,
    remedy: 'Choose another layer.',
  })
}
