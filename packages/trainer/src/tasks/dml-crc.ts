import type { Backbone } from '@dml-crc/backbones'
import { Prng, type PrngState } from '@dml-crc/core'
import type { ImageRecord, Transform } from '@dml-crc/datasets'
import {
  classifierOf,
  collaborativeLoss,
  type FittedClassifier,
  type FittedMetric,
  type Mahalanobis,
  type NormaliseOptions,
  normaliseTensor,
  randomSigns,
} from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import type { DmlCrcHead } from '../export/head.ts'
import { backboneGroups, prefixed } from '../parameter-group.ts'
import type { Task } from '../task.ts'
import { asTensor, checkWidth } from './linear-classifier.ts'
import { MemoryBank } from './memory-bank.ts'

export interface DmlCrcTaskOptions {
  backbone: Backbone
  /** The training images: the dictionary. The loader of the run must be made of the same, in the same order. */
  records: readonly ImageRecord[]
  /** How a training image is looked at when the whole bank is refreshed, usually the view used for testing. */
  transform: Transform
  /** L, as it starts: from `mahalanobis`, or one that was learned on frozen features (two-stage). The task owns it. */
  metric: Mahalanobis
  /** λ, as it starts. Default 0.3. */
  lambda?: number
  /** s, as it starts. Default 10. */
  temperature?: number
  rule?: 'plain' | 'ratio'
  normalise?: NormaliseOptions
  /** Length of the noise put on every feature at each step, relative to its own: as for `fitMetric`. Default 0. */
  noise?: number
  /** Draws the noise. */
  prng?: Prng
  /** Put the live batch in the dictionary, so that the gradient also moves what codes, not only what is coded. Default true. */
  live?: boolean
  /** Compute the whole bank anew after every so many epochs. Default 1. */
  refreshEvery?: number
  /** Factors on the run's learning rate. */
  rates?: { backbone?: number; metric?: number; scalars?: number }
}

export interface DmlCrcTask extends Task {
  readonly bank: MemoryBank
  readonly metric: Mahalanobis
  /** λ and s as they stand. */
  scalars(): Promise<{ lambda: number; temperature: number }>
  /** The metric over the bank as it stands, for normalised features: to embed, to explain. Shares L with the task. */
  fitted(): Promise<FittedMetric>
  /** CRC in the learned metric over the bank as it stands, for features as the backbone gives them. Dispose of it. */
  classifier(): Promise<FittedClassifier>
  /** The head as plain values, to be exported. */
  head(): Promise<DmlCrcHead>
}

/**
 * DML-CRC end to end (METHOD.md, training regimes): the collaborative loss of a batch's features, coded over a bank of
 * the features of all training images, each without the row of its own image. Moves the backbone, L, log λ and log s.
 * The backbone stays the caller's to dispose of.
 */
export function dmlCrcTask(options: DmlCrcTaskOptions): DmlCrcTask {
  const { backbone, metric, lambda = 0.3, temperature = 10, rule = 'plain', live = true, refreshEvery = 1 } = options
  const { rates = {}, normalise = {}, noise = 0 } = options
  let prng = options.prng ?? Prng.fromSeed(0)
  const bank = new MemoryBank(options, normalise)
  const [n, d] = bank.features.shape
  const logLambda = tf.tidy(() => tf.variable(tf.scalar(Math.log(lambda))))
  const logTemperature = tf.tidy(() => tf.variable(tf.scalar(Math.log(temperature))))
  const scalarVariables = new Map<string, tf.Variable>([
    ['log lambda', logLambda],
    ['log temperature', logTemperature],
  ])
  const all = Array.from({ length: n }, (_, i) => i)
  /** The batch's features of the present step, for the bank. */
  let passing: tf.Tensor2D | undefined

  /** D [N, d]: the bank, with the rows of the live batch in the place of its own. */
  const dictionary = (queries: tf.Tensor2D, indices: Int32Array): tf.Tensor2D => {
    const stored = tf.tensor2d(bank.features.data, [n, d])
    if (!live) return stored
    // The last of two views of one image counts, as in the bank.
    const last = new Map(Array.from(indices, (index, i) => [index, i]))
    const pairs = [...last].flat()
    const at = tf.tensor2d(pairs, [last.size, 2], 'int32')
    const place = tf.scatterND(at, tf.ones([last.size]), [n, indices.length]) as tf.Tensor2D
    return tf.add(tf.mul(stored, tf.sub(1, tf.sum(place, 1, true))), tf.matMul(place, queries))
  }

  /** x with noise, [rows, d] for rows of length 1. */
  const withNoise = (x: tf.Tensor2D): tf.Tensor2D => {
    if (noise === 0) return x
    const signs = tf.tensor2d(randomSigns(x.size, prng), x.shape)
    return tf.add(x, tf.mul(signs, noise / Math.sqrt(d)))
  }

  return {
    name: 'DML-CRC',
    bank,
    metric,
    variables: new Map([...prefixed('backbone', backbone.variables), ['metric', metric.variable], ...scalarVariables]),
    groups: [
      ...backboneGroups(backbone.variables, rates.backbone ?? 1),
      { name: 'metric', variables: new Map([['metric', metric.variable]]), learningRate: rates.metric, weightDecay: 0 },
      { name: 'scalars', variables: scalarVariables, learningRate: rates.scalars, weightDecay: 0 },
    ],
    start: () => bank.refresh(),
    loss({ images, labels, indices }) {
      const features = backbone.forward(backbone.preprocess(images), { training: true })
      const queries = normaliseTensor(features, normalise)
      passing?.dispose()
      passing = tf.keep(tf.clone(queries))
      return collaborativeLoss({
        queries: withNoise(queries),
        labels,
        dictionary: withNoise(dictionary(queries, indices)),
        dictionaryLabels: bank.labels,
        groups: { queries: indices, dictionary: all },
        metric,
        logLambda,
        logTemperature,
        rule,
      })
    },
    async afterBatch({ indices }) {
      bank.put(indices, (await passing!.data()) as Float32Array)
      passing!.dispose()
      passing = undefined
    },
    async afterEpoch(epoch) {
      if ((epoch + 1) % refreshEvery === 0) await bank.refresh()
    },
    async scalars() {
      const [l] = await logLambda.data()
      const [t] = await logTemperature.data()
      return { lambda: Math.exp(l), temperature: Math.exp(t) }
    },
    async fitted() {
      return {
        layer: metric,
        ...(await this.scalars()),
        rule,
        losses: [],
        dictionary: bank.features,
        labels: bank.labels,
        async embed(features) {
          const mapped = tf.tidy(() => metric.apply(asTensor(features)))
          const data = (await mapped.data()) as Float32Array
          mapped.dispose()
          return { data, shape: [features.shape[0], metric.rank] }
        },
        dispose: () => metric.dispose(),
      }
    },
    async classifier() {
      const fitted = await classifierOf(await this.fitted())
      return {
        async predict(queries) {
          checkWidth(queries, d)
          const normalised = tf.tidy(() => normaliseTensor(asTensor(queries), normalise))
          try {
            return await fitted.predict(normalised)
          } finally {
            normalised.dispose()
          }
        },
        dispose: () => fitted.dispose(),
      }
    },
    async head() {
      const l = { shape: metric.variable.shape, data: (await metric.variable.data()) as Float32Array }
      const stored = { kind: 'DML-CRC', metric: l, dictionary: bank.features, rule, normalise } as const
      return { ...stored, labels: { shape: [n], data: bank.labels }, ...(await this.scalars()) }
    },
    save: async () => ({
      ...(await bank.save()),
      json: { noise: prng.state(), dropout: backbone.dropoutState() },
    }),
    restore(snapshot) {
      bank.restore(snapshot)
      const { noise, dropout } = snapshot.json as { noise: PrngState; dropout: PrngState }
      prng = Prng.fromState(noise)
      backbone.restoreDropout(dropout)
    },
    dispose() {
      passing?.dispose()
      metric.dispose()
      for (const variable of scalarVariables.values()) variable.dispose()
    },
  }
}
