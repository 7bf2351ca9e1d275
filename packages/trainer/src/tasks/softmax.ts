import type { Backbone } from '@dml-crc/backbones'
import { checkWhole, type Prng } from '@dml-crc/core'
import { crossEntropy, type Model } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { backboneGroups, decayOnlyKernels, prefixed } from '../optimizer/parameter-group.ts'
import type { Task } from '../task.ts'

export interface SoftmaxTaskOptions {
  backbone: Backbone
  classes: number
  /** Draws the first weights of the head. */
  prng: Prng
  /** Factor on the learning rate for the backbone: 1 from scratch, 0.1 or less from pretrained weights. Default 1. */
  backboneRate?: number
  /** Share of the target that is spread evenly over all classes (Szegedy et al., CVPR 2016, section 7). Default 0. */
  smoothing?: number
  /** Kept in the model. */
  classNames?: readonly string[]
}

export interface SoftmaxTask extends Task {
  /** The head as it stands, on the backbone's features. */
  model(): Promise<Model>
}

/**
 * The baseline that every reader expects: a dense layer on the backbone's features f [B, d], and the cross-entropy of
 * softmax(f W + b), W [d, C]. Images that the loader mixes have the cross-entropy of their mixed labels. The backbone stays the caller's to
 * dispose of.
 * @throws {InputError} for fewer than two classes.
 */
export function softmaxTask({
  backbone,
  classes,
  prng,
  backboneRate = 1,
  smoothing = 0,
  classNames,
}: SoftmaxTaskOptions): SoftmaxTask {
  checkWhole('classes', classes, 2)
  const dim = backbone.featureSize
  const deviation = 1 / Math.sqrt(dim)
  const kernel = tf.tidy(() =>
    tf.variable(
      tf.tensor2d(
        prng.normals(dim * classes).map((value) => value * deviation),
        [dim, classes],
      ),
    ),
  )
  const bias = tf.tidy(() => tf.variable(tf.zeros([classes])))
  const head = new Map<string, tf.Variable>([
    ['head/kernel', kernel],
    ['head/bias', bias],
  ])
  const logits = (features: tf.Tensor2D) => tf.add(tf.matMul(features, kernel as tf.Tensor2D), bias) as tf.Tensor2D

  return {
    name: 'softmax',
    variables: new Map([...prefixed('backbone', backbone.variables), ...head]),
    groups: [
      ...backboneGroups(backbone.variables, backboneRate),
      ...decayOnlyKernels({ name: 'head', variables: head }),
    ],
    takesMixed: true,
    loss({ images, labels, mixed }) {
      const scores = logits(backbone.forward(backbone.preprocess(images), { training: true }))
      const own = crossEntropy(scores, labels, { smoothing })
      if (!mixed) return own
      // Cross-entropy is linear in its target: this is that of the mixed one.
      const other = crossEntropy(scores, mixed.labels, { smoothing })
      return tf.add(tf.mul(own, mixed.share), tf.mul(other, 1 - mixed.share)) as tf.Scalar
    },
    async model() {
      const [weights, own] = await Promise.all([kernel.data(), bias.data()])
      return {
        format: 1,
        method: 'softmax',
        normalisation: { signedSquareRoot: false, rootEpsilon: 0, unitNorm: false },
        decision: {
          kind: 'linear',
          weights: { data: Float32Array.from(weights), shape: [dim, classes] },
          bias: Float32Array.from(own),
        },
        ...(classNames && { classNames: [...classNames] }),
      }
    },
    save: () => backbone.save(),
    restore: (snapshot) => backbone.restore(snapshot),
    dispose() {
      for (const variable of head.values()) variable.dispose()
    },
  }
}
