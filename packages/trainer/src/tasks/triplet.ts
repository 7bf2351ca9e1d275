import type { Backbone } from '@dml-crc/backbones'
import type { ImageRecord, Transform } from '@dml-crc/datasets'
import { type Model, methodNamed } from '@dml-crc/metric'
import { extractFeatures } from '../features/extract-features.ts'
import { type TripletOptions, tripletLoss } from '../losses/triplet.ts'
import { backboneGroups, prefixed } from '../optimizer/parameter-group.ts'
import type { Samples, Task } from '../task.ts'

export interface TripletTaskOptions extends TripletOptions {
  backbone: Backbone
  /** The training images, of which the class means are made. */
  records: readonly ImageRecord[]
  /** How a training image is looked at for its class mean, usually the view used for testing. */
  transform: Transform
  /** Factor on the learning rate for the backbone. Default 1. */
  backboneRate?: number
  /** Kept in the model. */
  classNames?: readonly string[]
}

export interface TripletTask extends Task {
  /**
   * The nearest class mean, of features of length 1 as the backbone gives them now: those of the training images, or of samples, which
   * may be means over several views.
   */
  model(samples?: Samples): Promise<Model>
}

/**
 * A network trained by {@link tripletLoss} alone: a baseline of deep metric learning. Batches need several images of a class,
 * as a class-balanced sampler gives them. The backbone stays the caller's to dispose of.
 */
export function tripletTask({
  backbone,
  records,
  transform,
  backboneRate = 1,
  classNames,
  margin,
}: TripletTaskOptions): TripletTask {
  return {
    name: 'triplet',
    variables: new Map(prefixed('backbone', backbone.variables)),
    groups: backboneGroups(backbone.variables, backboneRate),
    loss({ images, labels }) {
      return tripletLoss(backbone.forward(backbone.preprocess(images), { training: true }), labels, { margin })
    },
    async model(samples) {
      const { features, labels } = samples ?? (await extractFeatures({ backbone, records, transform }))
      const means = methodNamed('ncm').make({ signedSquareRoot: false, unitNorm: true })
      return { ...(await means.fit(features, labels, { classNames })), method: 'triplet' }
    },
    save: () => backbone.save(),
    restore: (snapshot) => backbone.restore(snapshot),
    dispose() {},
  }
}
