import type { Stateful } from '@dml-crc/core'
import type { Mixed } from '@dml-crc/datasets'
import type { Matrix } from '@dml-crc/metric'
import type * as tf from '@tensorflow/tfjs'
import type { ParameterGroup } from './optimizer/parameter-group.ts'

/** A batch on the engine. */
export interface TrainingBatch {
  /** [B, height, width, 3], RGB in 0…255, as the loader decoded them. */
  images: tf.Tensor4D
  /** [B] */
  labels: Int32Array
  /** [B], the place of each image among the records given to the loader. */
  indices: Int32Array
  /** Where the loader mixes images: the labels of their other parts. Only a task that {@link Task.takesMixed} meets it. */
  mixed?: Mixed
}

/** Features [N, d] of images, as a backbone gives them, and their labels [N]. */
export interface Samples {
  features: Matrix
  labels: Int32Array
}

/**
 * What is learned: variables, and a loss of a batch. What a task keeps beside its variables (a memory bank, a random
 * generator) goes into the checkpoints by `save` and `restore`.
 */
export interface Task extends Partial<Stateful> {
  name: string
  /** Everything that a checkpoint or an export of the model holds, by name. */
  variables: ReadonlyMap<string, tf.Variable>
  /** Those of the variables that learn. */
  groups: readonly ParameterGroup[]
  /** Whether its loss weighs both labels of an image that mixup or CutMix made of two. */
  takesMixed?: boolean
  /** Before the first step of a run; not where a run is resumed. */
  start?(): Promise<void>
  /** The mean loss of a batch. Called within a gradient tape: it must be synchronous and differentiable. */
  loss(batch: TrainingBatch): tf.Scalar
  /** After each batch's gradients are known, before the variables move. */
  afterBatch?(batch: TrainingBatch): Promise<void>
  /** After each epoch (0 for the first), before it is evaluated. */
  afterEpoch?(epoch: number): Promise<void>
  dispose(): void
}
