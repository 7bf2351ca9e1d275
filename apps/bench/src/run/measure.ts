import { accuracy, type FittedClassifier, type Matrix, meanPerClass, type Prediction, topK } from '@dml-crc/metric'
import type { Row } from '../results/schema.ts'

type Measures = Pick<Row, 'top1' | 'top5' | 'meanPerClass' | 'count'>

/** Classifies the test features and measures how well. */
export async function classifyAndMeasure(
  classifier: Pick<FittedClassifier, 'predict'>,
  queries: Matrix,
  truth: Int32Array,
): Promise<{ prediction: Prediction; measures: Measures; seconds: number }> {
  const begun = performance.now()
  const prediction = await classifier.predict(queries)
  const seconds = (performance.now() - begun) / 1000
  const measures = {
    top1: accuracy(prediction.labels, truth),
    top5: topK(prediction.scores, truth, Math.min(5, prediction.scores.shape[1])),
    meanPerClass: meanPerClass(prediction.labels, truth),
    count: truth.length,
  }
  return { prediction, measures, seconds }
}
