import * as tf from '@tensorflow/tfjs'
import { toClasses } from '../coding/class-layout.ts'
import { classResiduals } from '../coding/residuals.ts'
import { type Matrix, toTensor } from '../samples/matrix.ts'
import type { CollaborativeDecision } from './decisions/collaborative.ts'
import type { OpenDictionary } from './decisions/decision.ts'

export interface Explanation {
  readonly predicted: number
  /** The training samples of the largest codes, largest magnitude first; a negative code speaks against its class. */
  readonly samples: readonly { index: number; label: number; code: number }[]
  /** [C] each class's part of Σ|α|; they sum to 1. */
  readonly share: Float32Array
  /** [C] what each class's part of the code leaves of the query. */
  readonly residuals: Float32Array
}

/** What the codes of embedded queries [B, r] over an open dictionary say about the classes predicted [B]. */
export async function explanations(
  { labels, rule, residuals }: CollaborativeDecision,
  { dictionary, codes }: OpenDictionary,
  queries: Matrix,
  predicted: Int32Array,
  top: number,
): Promise<Explanation[]> {
  const { layout } = dictionary
  const [byQuery, left] = tf.tidy(() => {
    const targets = toTensor(queries)
    const alpha = codes(targets)
    const remains = classResiduals(alpha, dictionary, { targets, rule, residuals })
    return [tf.transpose(alpha) as tf.Tensor2D, toClasses(remains, layout)]
  })
  const [alpha, remains] = await Promise.all([byQuery.data(), left.data()])
  const [width, classes] = [byQuery.shape[1], left.shape[1]]
  tf.dispose([byQuery, left])
  return Array.from(predicted, (label, i) => {
    const own = Float32Array.from(layout.position, (place) => alpha[i * width + place])
    const share = new Float32Array(classes)
    const total = own.reduce((sum, code) => sum + Math.abs(code), 0) || 1
    own.forEach((code, j) => {
      share[labels[j]] += Math.abs(code) / total
    })
    const order = Array.from(own.keys()).sort((a, b) => Math.abs(own[b]) - Math.abs(own[a]))
    return {
      predicted: label,
      samples: order.slice(0, top).map((index) => ({ index, label: labels[index], code: own[index] })),
      share,
      residuals: Float32Array.from(remains.subarray(i * classes, (i + 1) * classes)),
    }
  })
}
