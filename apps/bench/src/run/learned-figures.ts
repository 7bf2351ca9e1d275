import { symmetricEigenvalues } from '@dml-crc/engine/linalg'
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
import type { Figures, Reliability, RetrievalMeasures, Spectrum } from '../results/details.ts'
import { embeddingMap } from './embedding-map.ts'
import { confusedPairs, explainSome } from './explanations.ts'
import type { SplitFeatures } from './features.ts'
import type { Study } from './study.ts'

/** What the report shows of a learned metric: its loss, spectrum, a map of the test images, and explanations. */
export async function learnedFigures(
  { folder, images, prng }: Study,
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
    maps: [await embeddingMap(embedded, { truth: test.labels, predicted, title: `Map: ${name}` }, prng.split('map'))],
    gallery: isShown ? [] : await explainSome({ model, queries: test.features, predicted, images, title: name }),
    reliability: [reliabilityOf(calibrated(scores).probabilities, test.labels, `Reliability: ${name}`)],
    retrieval: hasPairs(test.labels) ? [await retrievalOf(embedded, test.labels, `Retrieval: ${name}`)] : [],
    pairs: isShown ? [] : await confusedPairs(predicted, images),
  }
}

/**
 * What the report shows of images that were each tested by a model fitted on others. They are in the dictionary of the model
 * that is kept, so a map and explanations by it would show the images themselves.
 */
export async function heldOutFigures(
  { folder, images }: Study,
  { labels: predicted, scores }: Pick<Prediction, 'labels' | 'scores'>,
  name: string,
): Promise<Partial<Figures>> {
  const labels = Int32Array.from(images.test, ({ label }) => label)
  return {
    reliability: [reliabilityOf(calibrated(scores).probabilities, labels, `Reliability: ${name}`)],
    pairs: folder.details.pairs.length > 0 ? [] : await confusedPairs(predicted, images),
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
  const values = await symmetricEigenvalues(square)
  square.dispose()
  return { title, values: Array.from(values, Number) }
}
