import { InputError } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { Backbone } from '../backbone.ts'
import { type OwnNetworkOptions, ownNetwork, sideOf } from './own-network.ts'
import { digestOf } from './weights-digest.ts'

export interface GraphModelOptions extends OwnNetworkOptions {
  /** The node whose output is the feature, or the map that the pool makes one of; the model's output where left out. */
  layer?: string
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
  const layer = options.layer ?? model.outputs[0].name
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
    layer,
    inputSize: sideOf(name, side, options.inputSize),
    weightsId: await digestOf(Object.entries(model.weights).map(([key, [weight]]) => [key, weight] as const)),
    variables,
    compute(images) {
      const output = model.execute({ [input.name]: images }, layer) as tf.Tensor
      if (output.rank === 2 || output.rank === 4) return output
      throw new InputError(`layer of ${name}`, {
        expected: 'one whose output is [images, numbers] or [images, height, width, channels]',
        received: `${layer} with [${output.shape}]`,
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
