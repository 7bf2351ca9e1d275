import * as tf from '@tensorflow/tfjs'
import { arrangeMatrix, type ClassLayout, classLayout, gramBlocks, toClasses } from './class-layout.ts'
import type { Rule } from './class-residuals.ts'
import { codesOf, crcCode, residualsTo } from './collaborative-code.ts'
import type { FittedMetric } from './fitted-metric.ts'
import { checkCount, checkFeatures, checkLabelled, checkPositive, type Features, toTensor } from './matrix.ts'

export interface Explanation {
  readonly predicted: number
  /** The training samples of the largest codes, largest magnitude first; a negative code takes away. */
  readonly samples: readonly { index: number; label: number; code: number }[]
  /** [C] each class's part of Σ|α|; they sum to 1. */
  readonly share: Float32Array
  /** [C] what each class's part of the code leaves of the query. */
  readonly residuals: Float32Array
}

export interface ExplainInput {
  /** The training samples [N, d] that queries are coded over, with their classes. */
  features: Features
  labels: ArrayLike<number>
  /** Weight of ‖α‖². */
  lambda: number
  rule?: Rule
}

async function explainCoded(
  mapped: { dictionary: tf.Tensor2D; queries: tf.Tensor2D },
  layout: ClassLayout,
  labels: Int32Array,
  { lambda, rule = 'plain' }: Pick<ExplainInput, 'lambda' | 'rule'>,
  top: number,
): Promise<Explanation[]> {
  const [codes, residuals] = tf.tidy(() => {
    const { dictionary: d, queries } = mapped
    const alpha = codesOf(crcCode(d, lambda), queries)
    const left = residualsTo(queries, alpha, { d, layout, blocks: gramBlocks(d, layout) }, { rule })
    return [tf.transpose(alpha) as tf.Tensor2D, toClasses(left, layout)]
  })
  const [alpha, left] = await Promise.all([codes.data(), residuals.data()])
  const [count, rows] = codes.shape
  tf.dispose([codes, residuals])
  return Array.from({ length: count }, (_, i) => {
    const own = Float32Array.from(layout.position, (row) => alpha[i * rows + row])
    const share = new Float32Array(layout.classes)
    const total = own.reduce((sum, code) => sum + Math.abs(code), 0) || 1
    own.forEach((code, j) => {
      share[labels[j]] += Math.abs(code) / total
    })
    const ofClasses = Float32Array.from(left.subarray(i * layout.classes, (i + 1) * layout.classes))
    const order = Array.from(own.keys()).sort((a, b) => Math.abs(own[b]) - Math.abs(own[a]))
    return {
      predicted: ofClasses.indexOf(Math.min(...ofClasses)),
      samples: order.slice(0, top).map((index) => ({ index, label: labels[index], code: own[index] })),
      share,
      residuals: ofClasses,
    }
  })
}

/**
 * Why queries [B, d] are classified as they are: the training samples that rebuild each of them, with signed codes, the
 * share of each class in the code, and the residual of each class. `by` is a fitted metric, or the samples for plain
 * CRC. Samples are numbered as in its dictionary.
 * @throws {InputError} for queries of another width, or input that CRC refuses.
 */
export async function explain(
  queries: Features,
  by: FittedMetric | ExplainInput,
  { top = 10 }: { top?: number } = {},
): Promise<Explanation[]> {
  checkCount('top', top)
  checkPositive('lambda', by.lambda)
  const checked = await checkLabelled('layer' in by ? by.dictionary : by.features, by.labels)
  const rows = await checkFeatures(queries, 'queries', checked.features.shape[1])
  const layout = classLayout(checked.labels)
  const mapped = tf.tidy(() => {
    const map = (x: tf.Tensor2D) => ('layer' in by ? by.layer.apply(x) : x)
    return { dictionary: map(toTensor(arrangeMatrix(checked.features, layout))), queries: map(toTensor(rows)) }
  })
  try {
    return await explainCoded(mapped, layout, checked.labels, by, top)
  } finally {
    tf.dispose(mapped)
  }
}
