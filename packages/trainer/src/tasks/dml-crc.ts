import type { Backbone } from '@dml-crc/backbones'
import type { HostTensor, PrngState } from '@dml-crc/core'
import type { ImageRecord, Transform } from '@dml-crc/datasets'
import {
  type CollaborativeModel,
  type CollaborativeObjective,
  type FeatureBank,
  featureBank,
  type Matrix,
} from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { extractFeatures } from '../features/extract-features.ts'
import { backboneGroups, prefixed } from '../optimizer/parameter-group.ts'
import type { Samples, Task } from '../task.ts'

export interface DmlCrcTaskOptions {
  backbone: Backbone
  /** The training images: the dictionary. The loader of the run must be made of the same, in the same order. */
  records: readonly ImageRecord[]
  /** How a training image is looked at when the whole bank is refreshed, usually the view used for testing. */
  transform: Transform
  /** From `collaborativeObjective`, or from `resumeObjective` for a metric learned on frozen features. The task owns it. */
  objective: CollaborativeObjective
  /** Put the live batch in the dictionary, so that the gradient also moves what codes, not only what is coded. Default true. */
  live?: boolean
  /** Epochs between two recomputations of the whole bank. Default 1. */
  refreshEvery?: number
  /** Factors on the run's learning rate. */
  rates?: { backbone?: number; metric?: number; scalars?: number }
  /** Kept in the model. */
  classNames?: readonly string[]
}

export interface DmlCrcTask extends Task {
  /** The normalised features of all training images. */
  readonly bank: FeatureBank
  /**
   * The metric over the bank as it stands, or over samples: features [N, d] as the backbone gives them now, for instance the mean
   * over several views, with their labels.
   */
  model(samples?: Samples): Promise<CollaborativeModel>
}

/**
 * DML-CRC end to end: the collaborative loss of a batch's features, coded over a bank of the features of all training
 * images, each without the row of its own image. Moves the backbone, L, log λ and the log weights of the decision rule.
 * The backbone stays the caller's to dispose of.
 */
export function dmlCrcTask(options: DmlCrcTaskOptions): DmlCrcTask {
  const { backbone, records, transform, objective, live = true, refreshEvery = 1, rates = {} } = options
  const labels = Int32Array.from(records, ({ label }) => label)
  const bank = featureBank({ count: records.length, width: backbone.featureSize })
  const { metric, ...scalars } = Object.fromEntries(objective.parameters.variables)
  const metricVariables = new Map<string, tf.Variable>([['metric', metric]])
  const scalarVariables = new Map<string, tf.Variable>(Object.entries(scalars))
  /** The batch's features of the present step, for the bank. */
  let passing: tf.Tensor2D | undefined

  async function normalised({ data, shape }: Matrix): Promise<Float32Array> {
    const rows = tf.tidy(() => objective.normalise(tf.tensor2d(data, [...shape])))
    try {
      return (await rows.data()) as Float32Array
    } finally {
      rows.dispose()
    }
  }

  /** Computes every row of the bank with the backbone as it is now. */
  async function refresh(): Promise<void> {
    const { features } = await extractFeatures({ backbone, records, transform })
    bank.put(Array.from(labels.keys()), await normalised(features))
  }

  return {
    name: 'DML-CRC',
    bank,
    variables: new Map([...prefixed('backbone', backbone.variables), ...metricVariables, ...scalarVariables]),
    groups: [
      ...backboneGroups(backbone.variables, rates.backbone ?? 1),
      { name: 'metric', variables: metricVariables, learningRate: rates.metric, weightDecay: 0 },
      { name: 'scalars', variables: scalarVariables, learningRate: rates.scalars, weightDecay: 0 },
    ],
    start: refresh,

    loss({ images, labels: own, indices }) {
      const queries = objective.normalise(backbone.forward(backbone.preprocess(images), { training: true }))
      passing?.dispose()
      passing = tf.keep(tf.clone(queries))
      return objective.loss({
        queries,
        labels: own,
        dictionary: bank.tensor(live ? { rows: queries, indices } : undefined),
        dictionaryLabels: labels,
        groups: { queries: indices, dictionary: bank.groups },
      })
    },

    async afterBatch({ indices }) {
      bank.put(indices, (await passing!.data()) as Float32Array)
      passing!.dispose()
      passing = undefined
    },
    async afterEpoch(epoch) {
      if ((epoch + 1) % refreshEvery === 0) await refresh()
    },

    async model(samples) {
      if (!samples) return objective.model(bank.features, labels, options.classNames)
      const { features, labels: own } = samples
      const rows = { data: await normalised(features), shape: features.shape }
      return objective.model(rows, own, options.classNames)
    },

    async save() {
      const { features, filled } = bank.save()
      // The state of a backbone has no tensors.
      return {
        json: { noise: objective.noise.state(), backbone: (await backbone.save()).json },
        tensors: new Map<string, HostTensor>([
          ['features', features],
          ['filled', { shape: [filled.length], data: filled }],
        ]),
      }
    },
    restore({ json, tensors }) {
      const { noise, backbone: ofBackbone } = json as { noise: PrngState; backbone: unknown }
      const { shape, data } = tensors.get('features')!
      bank.restore({
        features: { data: data as Float32Array, shape: shape as [number, number] },
        filled: tensors.get('filled')!.data as Uint8Array,
      })
      objective.noise.restore(noise)
      return backbone.restore({ json: ofBackbone, tensors: new Map() })
    },
    dispose() {
      passing?.dispose()
      objective.dispose()
    },
  }
}
