import { InputError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { Backbone } from '../backbone.ts'
import { checkedNames } from '../feature-parts.ts'
import { type OwnNetworkOptions, ownNetwork, sideOf } from './own-network.ts'
import { digestOf } from './weights-digest.ts'

export interface GraphModelOptions extends OwnNetworkOptions {
  /**
   * Whether its weights are trained: all floating-point ones but scalars and the moving statistics of batch norm. Its
   * operations must have gradients in TensorFlow.js. False where left out.
   */
  trainable?: boolean
}

/** The part of tfjs' GraphModel that holds the weights that its operations read. */
interface Executor {
  weightMap: Record<string, tf.Tensor[]>
}

const isLearned = (name: string, { dtype, rank }: tf.Tensor) =>
  dtype === 'float32' && rank > 0 && !/moving_(mean|variance)|running_(mean|var)/.test(name)

/**
 * Makes a backbone of a converted model of TensorFlow.js whose only input is [B, H, W, 3]. `dispose` frees the model.
 * @throws {InputError} when the output is neither features [B, d] nor a map [B, H, W, C], or it has another input.
 */
export async function fromGraphModel(model: tf.GraphModel, options: GraphModelOptions = {}): Promise<Backbone> {
  const { name = 'graph model', trainable = false } = options
  const layers = options.layers ?? [model.outputs[0].name]
  checkedNames('layers', layers)
  const [input] = model.inputs
  const shape = input.shape ?? []
  if (model.inputs.length !== 1 || shape.length !== 4 || shape[3] !== 3) {
    throw new InputError(name, {
      expected: 'a model whose only input is [images, height, width, 3]',
      received: model.inputs.map((each) => `${each.name} [${each.shape ?? 'of unknown shape'}]`).join(', '),
      remedy: 'Export it from images to features.',
    })
  }
  const variables = new Map<string, tf.Variable>()
  if (trainable) {
    const executor = (model as unknown as { executor: Executor }).executor
    const weights = Object.entries(executor.weightMap).map(([key, [weight]]): [string, tf.Tensor[]] => {
      if (!isLearned(key, weight)) return [key, [weight]]
      const variable = tf.variable(weight)
      variables.set(key, variable)
      return [key, [variable]]
    })
    executor.weightMap = Object.fromEntries(weights)
  }
  const side = shape[1] > 0 ? shape[1] : undefined
  const network = ownNetwork({
    ...options,
    name,
    layers,
    inputSize: sideOf(name, side, options.inputSize),
    weightsId: await digestOf(Object.entries(model.weights).map(([key, [weight]]) => [key, weight] as const)),
    variables,
    compute(images) {
      // Of one layer it is a tensor, of several a list.
      const outputs = [model.execute({ [input.name]: images }, [...layers])].flat()
      const wrong = outputs.findIndex(({ rank }) => rank !== 2 && rank !== 4)
      if (wrong < 0) return outputs
      throw new InputError(`layers of ${name}`, {
        expected: 'those whose output is [images, numbers] or [images, height, width, channels]',
        received: `${layers[wrong]} with [${outputs[wrong].shape}]`,
        remedy: 'Choose another layer.',
      })
    },
    dispose() {
      tf.dispose([...variables.values()])
      model.dispose()
    },
  })
  return network
}
