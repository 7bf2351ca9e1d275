import { accuracy, meanPerClass, type Prediction, topK } from '@dml-crc/metric'
import type { Row } from '../results/schema.ts'

type Measures = Pick<Row, 'top1' | 'top5' | 'meanPerClass' | 'count'>

/** What classifying gives. */
export type Said = Pick<Prediction, 'labels' | 'scores'>

/** Classifies and measures how well, and how long it takes. */
export async function classifyAndMeasure(
  classify: () => Promise<Said>,
  truth: Int32Array,
): Promise<{ prediction: Said; measures: Measures; seconds: number }> {
  const begun = performance.now()
  const prediction = await classify()
  const seconds = (performance.now() - begun) / 1000
  const measures = {
    top1: accuracy(prediction.labels, truth),
    top5: topK(prediction.scores, truth, Math.min(5, prediction.scores.shape[1])),
    meanPerClass: meanPerClass(prediction.labels, truth),
    count: truth.length,
  }
  return { prediction, measures, seconds }
}
