import * as tf from '@tensorflow/tfjs'
import { checkFeatures } from '../samples/checks.ts'
import { type Features, type Matrix, mapRows } from '../samples/matrix.ts'
import { type Model, modelWidth } from './model.ts'
import { openModel, type Prediction } from './open.ts'
import { openFront } from './open-embedding.ts'

/**
 * Classifies features [B, d], as the network gives them.
 * @throws {InputError} for features of another width or that are not finite.
 */
export async function predict(model: Model, features: Features): Promise<Prediction> {
  const open = openModel(model)
  try {
    return await open.predict(features)
  } finally {
    open.dispose()
  }
}

/**
 * Scores [B, C] of features [B, d] as the network gives them, larger is likelier: a function of tensors that can be
 * differentiated by the features, and traced. Where it is called often, `openModel` first.
 */
export function scores(model: Model, features: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => openModel(model).scores(features))
}

/**
 * Where a model sees features [B, d], as the network gives them: normalised, through its map, [B, r]. For retrieval, or
 * for any other classifier.
 * @throws {InputError} for features of another width or that are not finite.
 */
export async function embed(model: Model, features: Features): Promise<Matrix> {
  const width = modelWidth(model)
  const rows = await checkFeatures(features, 'features', width)
  let front!: ReturnType<typeof openFront>
  const tensors = tf.tidy(() => {
    front = openFront(model)
    return front.tensors
  })
  try {
    return await mapRows(rows, width, front.embed)
  } finally {
    tf.dispose(tensors)
  }
}
