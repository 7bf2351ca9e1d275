import { symmetricEigen } from '@dml-crc/engine'
import { type FittedMetric, type Matrix, normalise, type Prediction } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import type { EmbeddingMap, Figures, Spectrum } from '../results/details.ts'
import { explainSome } from './explanations.ts'
import type { SplitFeatures } from './features.ts'
import type { FittedMethod } from './methods.ts'
import type { Study } from './study.ts'

/** What the report shows of a learned metric: its loss, spectrum, a map of the test images, and explanations. */
export async function learnedFigures(
  { folder, images }: Study,
  { metric, form }: FittedMethod,
  { test }: SplitFeatures,
  { labels: predicted }: Prediction,
  name: string,
): Promise<Partial<Figures>> {
  if (!metric) return {}
  const queries = normalise(test.features, form)
  const curve = { title: `${name}: learning the metric`, quantity: 'leave-one-out loss', unit: 'step' }
  // One gallery is enough for a report.
  const isShown = folder.details.gallery.length > 0
  return {
    curves: [{ ...curve, values: [...metric.losses] }],
    spectra: [await spectrumOf(metric, `Spectrum of M: ${name}`)],
    maps: [await mapOf(metric, queries, { truth: test.labels, predicted, title: `Map: ${name}` })],
    gallery: isShown ? [] : await explainSome({ metric, queries, predicted, images, title: name }),
  }
}

/** The eigenvalues of M = LᵀL that are not zero by construction: those of LLᵀ [r, r], largest first. */
async function spectrumOf(metric: FittedMetric, title: string): Promise<Spectrum> {
  const square = tf.tidy(() => {
    const l = metric.layer.factor()
    return tf.matMul(l, l, false, true) as tf.Tensor2D
  })
  const { values } = await symmetricEigen(square)
  square.dispose()
  return { title, values: Array.from(values, Number) }
}

/** Queries in the learned metric, projected on the two directions of most variance. */
async function mapOf(
  metric: FittedMetric,
  queries: Matrix,
  { truth, predicted, title }: { truth: Int32Array; predicted: Int32Array; title: string },
): Promise<EmbeddingMap> {
  const { data, shape } = await metric.embed(queries)
  const [centred, covariance] = tf.tidy(() => {
    const x = tf.tensor2d(data, shape as [number, number])
    const centred = tf.sub(x, tf.mean(x, 0)) as tf.Tensor2D
    return [centred, tf.div(tf.matMul(centred, centred, true), shape[0]) as tf.Tensor2D]
  })
  const { vectors } = await symmetricEigen(covariance)
  const plane = tf.tidy(() => {
    const directions = tf.tensor2d(Float32Array.from(vectors.subarray(0, 2 * shape[1])), [2, shape[1]])
    return tf.matMul(centred, directions, false, true)
  })
  const places = await plane.data()
  tf.dispose([centred, covariance, plane])
  return {
    title,
    points: Array.from(truth, (label, i) => ({
      x: rounded(places[2 * i]),
      y: rounded(places[2 * i + 1]),
      label,
      right: predicted[i] === label,
    })),
  }
}

const rounded = (value: number) => Number(value.toPrecision(4))
