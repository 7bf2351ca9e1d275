import type { Matrix } from '@dml-crc/core/arrays'
import type { Classifier, FittedClassifier, Prediction } from './classifier.ts'
import { crc } from './crc.ts'
import { type FitMetricOptions, fitMetric } from './fit-metric.ts'
import type { FittedMetric } from './fitted-metric.ts'
import type { Features } from './matrix.ts'

/** softmax(−s·r) of each row of residuals [B, C]. */
function probabilities({ data, shape }: Matrix, temperature: number): Matrix {
  const [rows, classes] = shape
  const out = new Float32Array(data.length)
  for (let i = 0; i < rows; i++) {
    const row = data.subarray(i * classes, (i + 1) * classes)
    const least = row.reduce((a, b) => Math.min(a, b))
    let sum = 0
    for (let c = 0; c < classes; c++) sum += out[i * classes + c] = Math.exp(-temperature * (row[c] - least))
    for (let c = 0; c < classes; c++) out[i * classes + c] /= sum
  }
  return { data: out, shape }
}

/**
 * CRC in a learned metric, over the samples it was learned on. Its scores are the probabilities softmax(−s·r_c).
 */
export async function classifierOf(metric: FittedMetric): Promise<FittedClassifier> {
  const { dictionary, labels, lambda, rule, temperature } = metric
  const inner = await crc({ lambda, rule }).fit(await metric.embed(dictionary), labels)
  return {
    async predict(queries: Features): Promise<Prediction> {
      const { labels: predicted, residuals } = await inner.predict(await metric.embed(queries))
      return { labels: predicted, scores: probabilities(residuals!, temperature), residuals }
    },
    dispose: () => inner.dispose(),
  }
}

/**
 * The distance metric learned collaborative representation classifier on frozen features: {@link fitMetric}, then CRC
 * in that metric. Source: Chakraborti, McCane, Mills, Pal, arXiv 1905.01168, as METHOD.md defines it.
 */
export function dmlCrc(options: FitMetricOptions = {}): Classifier {
  return {
    name: `DML-CRC (${options.rule ?? 'plain'})`,
    async fit(features, labels) {
      const metric = await fitMetric(features, labels, options)
      const classifier = await classifierOf(metric)
      return {
        predict: classifier.predict,
        dispose() {
          classifier.dispose()
          metric.dispose()
        },
      }
    },
  }
}
