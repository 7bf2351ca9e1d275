import { checkWhole } from '@dml-crc/core/numbers'
import * as tf from '@tensorflow/tfjs'
import { toClasses } from '../coding/class-layout.ts'
import { classResiduals } from '../coding/residuals.ts'
import { checkFeatures } from '../samples/checks.ts'
import { type Features, toTensor } from '../samples/matrix.ts'
import { openDictionary } from './decisions/collaborative.ts'
import { type Model, modelClasses, modelWidth } from './model.ts'
import { embed, predict } from './predict.ts'
import { requireCollaborative } from './require-collaborative.ts'

export interface Explanation {
  readonly predicted: number
  /** The training samples of the largest codes, largest magnitude first; a negative code takes away. */
  readonly samples: readonly { index: number; label: number; code: number }[]
  /** [C] each class's part of Σ|α|; they sum to 1. */
  readonly share: Float32Array
  /** [C] what each class's part of the code leaves of the query. */
  readonly residuals: Float32Array
}

/**
 * Why a model of the CRC family classifies features [B, d] as it does: the training samples that rebuild each query, with
 * signed codes, the share of each class in the code, and the residual of each class. Samples are numbered as they were
 * fitted on.
 * @throws {InputError} for features of another width, or a model without codes.
 */
export async function explain(given: Model, features: Features, { top = 8 } = {}): Promise<Explanation[]> {
  checkWhole('top', top)
  const model = requireCollaborative(given, 'explain')
  const rows = await checkFeatures(features, 'queries', modelWidth(model))
  const queries = await embed(model, rows)
  const { labels: predicted } = await predict(model, rows)
  const { labels, rule } = model.decision
  const classes = modelClasses(model)
  let position: Int32Array = new Int32Array(0)
  const [codes, residuals] = tf.tidy(() => {
    const { dictionary, codes } = openDictionary(model.decision)
    const targets = toTensor(queries)
    const alpha = codes(targets)
    position = dictionary.layout.position
    const left = toClasses(
      classResiduals(alpha, dictionary, { targets, rule, residuals: model.decision.residuals }),
      dictionary.layout,
    )
    return [tf.transpose(alpha) as tf.Tensor2D, left]
  })
  const [alpha, left] = await Promise.all([codes.data(), residuals.data()])
  const width = codes.shape[1]
  tf.dispose([codes, residuals])
  return Array.from(predicted, (label, i) => {
    const own = Float32Array.from(position, (place) => alpha[i * width + place])
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
      residuals: Float32Array.from(left.subarray(i * classes, (i + 1) * classes)),
    }
  })
}
