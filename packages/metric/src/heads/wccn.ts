import { triangularSolve } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { type Classifier, fitted } from '../classifier.ts'
import { checkLabelled, checkPositive } from '../matrix.ts'
import { product } from '../product.ts'
import { type Choice, chooseOnGrid } from './choose-on-grid.ts'
import { heldOutAccuracy } from './held-out-accuracy.ts'
import { leftOutProducts, shrunkFactor, type WithinClass, withinClass } from './within-class.ts'

export interface WccnOptions {
  /** How much of tr(S_w)/d·I is added to the within-class scatter S_w, above 0. Chosen on samples left out when absent. */
  shrinkage?: number
}

const GRID = { start: [0.25, 0.5, 1, 2, 4, 8], limits: [1e-3, 1e3], ties: 'largest' } as const
const TINY = 1e-12

/**
 * Cosine to the class means of features that are centred, whitened by the scatter within the classes and scaled to length 1:
 * scores cos(Wx, m_c) with WᵀW = (S_w + s·tr(S_w)/d·I)⁻¹ and m_c the mean of Wx/‖Wx‖ over the class.
 * Source: within-class covariance normalisation, Hatch, Kajarekar, Stolcke, "Within-class covariance normalization for
 * SVM-based speaker recognition", Interspeech 2006; cosine scoring after Dehak et al., IEEE TASLP 19, 2011.
 * @throws {InputError} when the shrinkage is not above 0.
 */
export function wccn({ shrinkage }: WccnOptions = {}): Classifier {
  if (shrinkage !== undefined) checkPositive('shrinkage', shrinkage)
  return {
    name: shrinkage === undefined ? 'WCCN' : `WCCN (s=${shrinkage})`,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const stats = withinClass(checked)
      const choice = shrinkage === undefined ? await chooseShrinkage(stats, checked.labels) : undefined
      const kept = tf.tidy(() => {
        const factor = shrunkFactor(stats, 1, (choice?.value ?? shrinkage) as number)
        const whitening = triangularSolve(factor, tf.eye(factor.shape[0])) as tf.Tensor2D
        const rows = unit(product(stats.x, whitening, { b: true }))
        return { centre: stats.centre.clone(), whitening, means: unit(product(stats.members, rows, { a: true })) }
      })
      tf.dispose(stats)
      return {
        ...fitted({
          evaluate: (queries) => {
            const mapped = product(tf.sub(queries, kept.centre), kept.whitening, { b: true })
            return product(unit(mapped), kept.means, { b: true })
          },
          width: checked.features.shape[1],
          perQuery: checked.features.shape[1],
          returns: 'scores',
          dispose: () => tf.dispose(kept),
        }),
        chosen: choice && { shrinkage: choice },
      }
    },
  }
}

const unit = (rows: tf.Tensor2D) => tf.div(rows, tf.maximum(tf.norm(rows, 2, 1, true), TINY)) as tf.Tensor2D

/**
 * s by the accuracy on samples left out, with the mean of Wx in the place of the mean of Wx/‖Wx‖: that of all samples changes
 * with each one left out in a closed form.
 */
function chooseShrinkage(stats: WithinClass, labels: Int32Array): Promise<Choice> {
  return chooseOnGrid(GRID, (s) => {
    const scores = tf.tidy(() => {
      const { xx, xm, mm } = leftOutProducts(stats, shrunkFactor(stats, 1, s), 1)
      return tf.div(xm, tf.sqrt(tf.maximum(tf.mul(xx, mm), TINY))) as tf.Tensor2D
    })
    return heldOutAccuracy(scores, labels)
  })
}
