import type * as tf from '@tensorflow/tfjs'
import type { Preprocessing } from './preprocessing.ts'

/** A network that features of images can be taken from, whatever runs it. */
export interface FeatureNetwork {
  readonly record: { readonly name: string }
  /** The layers that a feature is made of, each with its pool where that is not the network's own. */
  readonly layer: string
  /** Numbers a feature. */
  readonly featureSize: number
  /** Side of the images it takes. */
  readonly inputSize: number
  /** SHA-256 of the weights, or `none:seed`. */
  readonly weightsId: string
  /** How its weights want images to be shown in testing: resized to a short side in pixels, by a filter, and the middle cut out. */
  readonly view: { shortSide: number; interpolation: Preprocessing['interpolation'] }
  /** Equal for two networks exactly when they preprocess decoded images alike. */
  readonly preprocessingId: string
  /** All variables by name; gradients move those whose `trainable` is set. None where it cannot be trained. */
  readonly variables: ReadonlyMap<string, tf.Variable>
  /**
   * Images [B, inputSize, inputSize, 3] of RGB 0..255 to features [B, featureSize].
   * @throws {InputError} when the shape or the range is another.
   */
  features(images: tf.Tensor4D): tf.Tensor2D | Promise<tf.Tensor2D>
  /** Frees what it holds. */
  dispose(): void
}
