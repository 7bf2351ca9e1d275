import { symmetricEigen } from '@dml-crc/engine/linalg'
import {
  type CollaborativeModel,
  calibrated,
  type Embedding,
  embed,
  expectedCalibrationError,
  type Matrix,
  type Prediction,
  reliability,
  retrieval,
} from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import type { EmbeddingMap, Figures, Reliability, RetrievalMeasures, Spectrum } from '../results/details.ts'
import { confusedPairs, explainSome } from './explanations.ts'
import type { SplitFeatures } from './features.ts'
import type { Study } from './study.ts'

/** What the report shows of a learned metric: its loss, spectrum, a map of the test images, and explanations. */
export async function learnedFigures(
  { folder, images }: Study,
  model: CollaborativeModel,
  { test }: SplitFeatures,
  { labels: predicted, scores }: Pick<Prediction, 'labels' | 'scores'>,
  name: string,
): Promise<Partial<Figures>> {
  const curve = { title: `${name}: learning the metric`, quantity: 'leave-one-out loss', unit: 'step' }
  const embedded = await embed(model, test.features)
  // One gallery is enough for a report.
  const isShown = folder.details.gallery.length > 0
  return {
    curves: model.losses ? [{ ...curve, values: [...model.losses] }] : [],
    spectra: model.embedding ? [await spectrumOf(model.embedding, `Spectrum of M: ${name}`)] : [],
    maps: [await mapOf(embedded, { truth: test.labels, predicted, title: `Map: ${name}` })],
    gallery: isShown ? [] : await explainSome({ model, queries: test.features, predicted, images, title: name }),
    reliability: [reliabilityOf(calibrated(scores).probabilities, test.labels, `Reliability: ${name}`)],
    retrieval: hasPairs(test.labels) ? [await retrievalOf(embedded, test.labels, `Retrieval: ${name}`)] : [],
    pairs: isShown ? [] : await confusedPairs(predicted, images),
  }
}

function reliabilityOf(probabilities: Matrix, labels: Int32Array, title: string): Reliability {
  return { title, error: expectedCalibrationError(probabilities, labels), bins: reliability(probabilities, labels) }
}

async function retrievalOf(embedded: Matrix, labels: Int32Array, title: string): Promise<RetrievalMeasures> {
  const { recall, mapAtR } = await retrieval(embedded, labels)
  return { title, recall: Array.from(recall, ([k, share]) => ({ k, share })), mapAtR }
}

const hasPairs = (labels: Int32Array) => new Set(labels).size < labels.length

/** The eigenvalues of M = LᵀL that are not zero by construction: those of LLᵀ [r, r], largest first. */
async function spectrumOf({ factor }: Embedding, title: string): Promise<Spectrum> {
  if (factor instanceof Float32Array) {
    const squares = factor.map((value) => value * value)
    return { title, values: Array.from(squares).sort((a, b) => b - a) }
  }
  const square = tf.tidy(() => {
    const l = tf.tensor2d(factor.data, [...factor.shape])
    return tf.matMul(l, l, false, true) as tf.Tensor2D
  })
  const { values } = await symmetricEigen(square)
  square.dispose()
  return { title, values: Array.from(values, Number) }
}

/** Embedded queries, projected on the two directions of most variance. */
async function mapOf(
  { data, shape }: Matrix,
  { truth, predicted, title }: { truth: Int32Array; predicted: Int32Array; title: string },
): Promise<EmbeddingMap> {
  const [centred, covariance] = tf.tidy(() => {
    const x = tf.tensor2d(data, [...shape])
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
