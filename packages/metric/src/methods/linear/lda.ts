import * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { defineMethod } from '../../fitting/define-method.ts'
import { type Choice, chooseOnGrid, inUnit } from '../../heads/choose-on-grid.ts'
import { discriminants } from '../../heads/discriminants.ts'
import { heldOutAccuracy } from '../../heads/held-out-accuracy.ts'
import { ledoitWolfFactor } from '../../heads/ledoit-wolf.ts'
import { leftOutProducts, shrunkFactor, type WithinClass, withinClass } from '../../heads/within-class.ts'
import { readLinear } from '../../model/decisions/linear.ts'
import { classCounts } from '../../samples/checks.ts'
import { withTensors } from '../../samples/with-tensors.ts'

/** Odds s/(1−s) of the shrinkage that the search starts with, and its limits. */
const ODDS = { start: [0.1, 0.25, 0.63, 1.6, 4, 10], limits: [1e-3, 1e3], ties: 'largest' } as const

/**
 * Linear discriminant analysis with a shrunk covariance: scores log π_c − ½(x − m_c)ᵀΣ⁻¹(x − m_c), less what all classes
 * share, with Σ = (1−s)·S_w/N + s·tr(S_w)/(N·d)·I and π_c the share of the class among the samples.
 * The estimate of `ledoitWolf`: Ledoit, Wolf, J. Multivariate Analysis 88, 2004. The numbers are those of scikit-learn's
 * `LinearDiscriminantAnalysis(solver='lsqr')`.
 */
export const lda = defineMethod({
  name: 'lda',
  label: 'LDA',
  paper: 'Friedman, "Regularized discriminant analysis", JASA 84, 1989',
  options: {
    shrinkage: z
      .union([z.number().gt(0).max(1), z.enum(['leaveOneOut', 'ledoitWolf'])])
      .default('leaveOneOut')
      .describe(
        'How far the covariance within the classes is drawn to tr/d·I; `leaveOneOut`: the best on samples left out; ' +
          '`ledoitWolf`: the estimate of that name, class by class',
      ),
  },
  normaliseDefaults: { center: true },
  fit: (samples, { shrinkage }) =>
    withTensors(async (own) => {
      const stats = own(withinClass(samples))
      const choice = shrinkage === 'leaveOneOut' ? await chooseShrinkage(stats, samples.labels) : undefined
      const kept = tf.tidy(() => {
        const s = choice?.value ?? shrinkage
        const factor = typeof s === 'number' ? shrunkFactor(stats, 1 - s, s) : ledoitWolfFactor(stats, samples)
        return discriminants(stats, factor, classCounts(samples.labels))
      })
      return { decision: await readLinear(kept), ...(choice && { chosen: { shrinkage: choice } }) }
    }),
})

/** By the accuracy on samples left out. */
async function chooseShrinkage(stats: WithinClass, labels: Int32Array): Promise<Choice> {
  const count = labels.length
  const choice = await chooseOnGrid(ODDS, (odds) => {
    const s = shareOf(odds)
    const scores = tf.tidy(() => {
      const { xx, xm, mm } = leftOutProducts(stats, shrunkFactor(stats, 1 - s, s), 1 - s)
      const distance = tf.add(tf.sub(xx, tf.mul(xm, 2)), mm)
      const left = tf.sub(tf.sum(stats.members, 0, true), stats.members)
      return tf.sub(tf.log(tf.maximum(left, 1e-6)), tf.mul(distance, (count - 1) / 2)) as tf.Tensor2D
    })
    return heldOutAccuracy(scores, labels)
  })
  return inUnit(choice, shareOf)
}

const shareOf = (odds: number) => odds / (1 + odds)
