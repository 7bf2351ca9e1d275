import { triangularSolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { product } from '../../coding/product.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { type Choice, chooseOnGrid } from '../../heads/choose-on-grid.ts'
import { heldOutAccuracy } from '../../heads/held-out-accuracy.ts'
import { leftOutProducts, shrunkFactor, type WithinClass, withinClass } from '../../heads/within-class.ts'
import { positive } from '../../model/arrays.ts'
import { unitRows } from '../../model/normalisation.ts'
import { toMatrix } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'

const GRID = { start: [0.25, 0.5, 1, 2, 4, 8], limits: [1e-3, 1e3], ties: 'largest' } as const
const TINY = 1e-12

/**
 * Cosine to the class means of features that are centred, whitened by the scatter within the classes and scaled to length 1:
 * scores cos(Wx, m_c) with WᵀW = (S_w + s·tr(S_w)/d·I)⁻¹ and m_c the mean of Wx/‖Wx‖ over the class; cosine scoring after
 * Dehak et al., IEEE TASLP 19, 2011.
 */
export const wccn = defineMethod({
  name: 'wccn',
  label: 'WCCN',
  paper:
    'Hatch, Kajarekar, Stolcke, "Within-class covariance normalization for SVM-based speaker recognition", Interspeech 2006',
  options: {
    shrinkage: positive
      .optional()
      .describe(
        'How much of tr(S_w)/d·I is added to the scatter S_w within classes; chosen on samples left out when absent',
      ),
  },
  fit: (samples, { shrinkage }) =>
    withTensors(async (own) => {
      const stats = own(withinClass(samples))
      const choice = shrinkage === undefined ? await chooseShrinkage(stats, samples.labels) : undefined
      const { offset, whitening, means } = own(scoring(stats, (choice?.value ?? shrinkage) as number))
      const factor = await toMatrix(whitening)
      const embedding = { factor, offset: (await offset.data()) as Float32Array, unitLength: true }
      const decision = { kind: 'prototypes' as const, prototypes: await toMatrix(means), measure: 'cosine' as const }
      return { embedding, decision, ...(choice && { chosen: { shrinkage: choice } }) }
    }),
})

/** The common mean [d], W [d, d] and the class means [C, d] of a shrinkage. */
function scoring(stats: WithinClass, shrinkage: number) {
  return tf.tidy(() => {
    const factor = shrunkFactor(stats, 1, shrinkage)
    const whitening = triangularSolve(factor, tf.eye(factor.shape[0])) as tf.Tensor2D
    const rows = unitRows(product(stats.x, whitening, { b: true }))
    const means = product(stats.members, rows, { a: true })
    return { offset: tf.squeeze(stats.centre, [0]), whitening, means: unitRows(means) }
  })
}

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
