import { choleskySolve } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { type Classifier, fitted } from '../classifier.ts'
import { checkLabelled, classCounts, type LabelledMatrix } from '../matrix.ts'
import { product } from '../product.ts'
import { checkShare } from './check-share.ts'
import { type Choice, chooseOnGrid, inUnit } from './choose-on-grid.ts'
import { heldOutAccuracy } from './held-out-accuracy.ts'
import { ledoitWolfFactor } from './ledoit-wolf.ts'
import { leftOutProducts, shrunkFactor, type WithinClass, withinClass } from './within-class.ts'

export interface ShrunkLdaOptions {
  /**
   * How far the covariance within the classes is drawn to tr/d·I, above 0 and at most 1: a number; `leaveOneOut`, the
   * default, for the best on samples left out; or `ledoitWolf` for the estimate of that name, class by class.
   */
  shrinkage?: number | 'leaveOneOut' | 'ledoitWolf'
}

/** Odds s/(1−s) of the shrinkage that the search starts with, and its limits. */
const ODDS = { start: [0.1, 0.25, 0.63, 1.6, 4, 10], limits: [1e-3, 1e3], ties: 'largest' } as const

/**
 * Linear discriminant analysis with a shrunk covariance: scores log π_c − ½(x − m_c)ᵀΣ⁻¹(x − m_c), less what all classes
 * share, with Σ = (1−s)·S_w/N + s·tr(S_w)/(N·d)·I and π_c the share of the class among the samples.
 * Source: Friedman, "Regularized discriminant analysis", JASA 84, 1989; the estimate of `ledoitWolf`: Ledoit, Wolf, J.
 * Multivariate Analysis 88, 2004. The numbers are those of scikit-learn's `LinearDiscriminantAnalysis(solver='lsqr')`.
 * @throws {InputError} for a shrinkage outside (0, 1].
 */
export function shrunkLda({ shrinkage = 'leaveOneOut' }: ShrunkLdaOptions = {}): Classifier {
  if (typeof shrinkage === 'number') checkShare('shrinkage', shrinkage)
  return {
    name: `LDA (shrinkage=${shrinkage})`,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const stats = withinClass(checked)
      const choice = shrinkage === 'leaveOneOut' ? await chooseShrinkage(stats, checked.labels) : undefined
      const kept = tf.tidy(() => {
        const s = choice?.value ?? shrinkage
        const factor = typeof s === 'number' ? shrunkFactor(stats, 1 - s, s) : ledoitWolfFactor(stats, checked)
        return discriminants(stats, factor, checked)
      })
      tf.dispose(stats)
      return {
        ...fitted({
          evaluate: (queries) => tf.add(product(queries, kept.weights), kept.bias),
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

/** Weights [d, C] and bias [C] on features as they came, from the factor of N·Σ. */
function discriminants({ centre, means }: WithinClass, factor: tf.Tensor2D, { labels }: LabelledMatrix) {
  const count = labels.length
  const prior = tf.tensor1d(Float32Array.from(classCounts(labels), (n) => Math.log(n / count)))
  const weights = tf.mul(choleskySolve(factor, tf.transpose(means)), count) as tf.Tensor2D
  const half = tf.div(tf.sum(tf.mul(tf.transpose(weights), means), 1), 2)
  const bias = tf.sub(tf.sub(prior, half), tf.squeeze(product(centre, weights), [0])) as tf.Tensor1D
  return { weights, bias }
}
