import * as tf from '@tensorflow/tfjs'
import { product } from '../coding/product.ts'
import { type Matrix, mapRows, toTensor } from '../samples/matrix.ts'
import type { Embedding, Model } from './model.ts'
import { normalise, unitRows } from './normalisation.ts'

/** A function of rows on the engine, with the tensors that it keeps there. */
interface OpenEmbedding {
  readonly tensors: tf.Tensor[]
  apply(x: tf.Tensor2D): tf.Tensor2D
}

/** The linear map of an embedding. Call it inside tf.tidy, and return its tensors from there. */
export function openEmbedding(embedding: Embedding | undefined): OpenEmbedding {
  if (!embedding) return { tensors: [], apply: (x) => x }
  const { factor, offset, unitLength } = embedding
  const l = factor instanceof Float32Array ? tf.tensor1d(factor) : toTensor(factor)
  const shift = offset && tf.tensor1d(offset)
  return {
    tensors: shift ? [l, shift] : [l],
    apply(x) {
      const moved = shift ? (tf.sub(x, shift) as tf.Tensor2D) : x
      const through = l.rank === 1 ? tf.mul(moved, l) : product(moved, l as tf.Tensor2D, { b: true })
      return (unitLength ? unitRows(through as tf.Tensor2D) : through) as tf.Tensor2D
    },
  }
}

/** Normalisation and embedding of a model on the engine. Call it inside tf.tidy, and return its tensors from there. */
export function openFront({ normalisation, embedding }: Pick<Model, 'normalisation' | 'embedding'>) {
  const { tensors, apply } = openEmbedding(embedding)
  return { tensors, embed: (features: tf.Tensor2D) => apply(normalise(features, normalisation)) }
}

/** Normalised features [N, d] through an embedding, [N, r]. */
export async function mapped(features: Matrix, embedding: Embedding): Promise<Matrix> {
  let open!: ReturnType<typeof openEmbedding>
  const tensors = tf.tidy(() => {
    open = openEmbedding(embedding)
    return open.tensors
  })
  try {
    return await mapRows(features, features.shape[1], open.apply)
  } finally {
    tf.dispose(tensors)
  }
}
