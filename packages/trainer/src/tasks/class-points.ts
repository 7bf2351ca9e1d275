import type { Backbone } from '@dml-crc/backbones'
import { checkWhole, type Prng } from '@dml-crc/core'
import type { Model } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { backboneGroups, prefixed } from '../optimizer/parameter-group.ts'
import type { Task } from '../task.ts'

export interface ClassPointsOptions {
  backbone: Backbone
  classes: number
  /** Draws the first points. */
  prng: Prng
  /** Factor on the learning rate for the backbone: 1 from scratch, 0.1 or less from pretrained weights. Default 1. */
  backboneRate?: number
  /** Kept in the model. */
  classNames?: readonly string[]
}

/** A task whose model is the class of the point with the least angle to the features. */
export interface ClassPointsTask extends Task {
  /** The points as they stand, on the backbone's features. */
  model(): Promise<Model>
}

/**
 * A backbone and one learned point for each class, [C, d], under a loss of both. The backbone stays the caller's to dispose of.
 * @param lossOf the loss of features [B, d], the points and the labels [B]
 * @throws {InputError} for fewer than two classes.
 */
export function classPointsTask(
  name: string,
  { backbone, classes, prng, backboneRate = 1, classNames }: ClassPointsOptions,
  lossOf: (features: tf.Tensor2D, points: tf.Tensor2D, labels: Int32Array) => tf.Scalar,
): ClassPointsTask {
  checkWhole('classes', classes, 2)
  const dim = backbone.featureSize
  const points = tf.tidy(() => tf.variable(tf.tensor2d(prng.normals(classes * dim), [classes, dim])))
  const head = new Map<string, tf.Variable>([['head/points', points]])
  return {
    name,
    variables: new Map([...prefixed('backbone', backbone.variables), ...head]),
    // Only the directions of the points count: decay would do nothing to them but grow their rate.
    groups: [...backboneGroups(backbone.variables, backboneRate), { name: 'head', variables: head, weightDecay: 0 }],
    loss({ images, labels }) {
      const features = backbone.forward(backbone.preprocess(images), { training: true })
      return lossOf(features, points as unknown as tf.Tensor2D, labels)
    },
    async model() {
      return {
        format: 1,
        method: name,
        normalisation: { signedSquareRoot: false, rootEpsilon: 0, unitNorm: false },
        decision: {
          kind: 'prototypes',
          prototypes: { data: Float32Array.from(await points.data()), shape: [classes, dim] },
          measure: 'cosine',
        },
        ...(classNames && { classNames: [...classNames] }),
      }
    },
    save: () => backbone.save(),
    restore: (snapshot) => backbone.restore(snapshot),
    dispose: () => points.dispose(),
  }
}
