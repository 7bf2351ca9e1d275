import type { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { type Classifier, fitted } from '../classifier.ts'
import { checkCount, checkLabelled, checkPositive, toTensor } from '../matrix.ts'
import { product } from '../product.ts'
import type { Choices } from './choose-on-grid.ts'
import { oneHot } from './one-hot.ts'
import { chooseLambda, ridgeSolution } from './ridge-system.ts'

export interface RanPacOptions {
  /** Random features, M. Default 5000. */
  width?: number
  /** Weight of the ridge, above 0. Chosen on samples left out when absent. */
  lambda?: number
  /** Draws the projection. */
  prng: Prng
}

/**
 * Ridge regression on one-hot labels from random features: scores relu(qP)·(HᵀH + λI)⁻¹HᵀY with H = relu(XP) and P [d, M] of
 * standard normal numbers over √M, so that a feature of length 1 keeps about a length that does not depend on M.
 * Source: McDonnell, Gong, Parvaneh, Abbasnejad, van den Hengel, "RanPAC: random projections and pre-trained models for
 * continual learning", NeurIPS 2023 (without its first task's adapters).
 * @throws {InputError} for a width below 1 or λ not above 0.
 */
export function ranPac({ width = 5000, lambda, prng }: RanPacOptions): Classifier {
  checkCount('width', width)
  if (lambda !== undefined) checkPositive('lambda', lambda)
  return {
    name: `RanPAC (M=${width}${lambda === undefined ? '' : `, λ=${lambda}`})`,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const dim = checked.features.shape[1]
      const projection = tf.tidy(
        () =>
          tf.div(
            tf.tensor2d(prng.split('projection').normals(dim * width), [dim, width]),
            Math.sqrt(width),
          ) as tf.Tensor2D,
      )
      const hidden = (rows: tf.Tensor2D) => tf.relu(product(rows, projection))
      const rows = tf.tidy(() => hidden(toTensor(checked.features)))
      const targets = oneHot(checked.labels, checked.classes)
      // The smaller of the two systems is solved.
      const gram = rows.shape[0] <= width ? product(rows, rows, { b: true }) : undefined
      const problem = { rows, gram, targets }
      const chosen: Choices = lambda === undefined ? { lambda: await chooseLambda(problem, checked.labels) } : {}
      const weights = tf.tidy(() => {
        const solution = ridgeSolution(problem, lambda ?? chosen.lambda.value)
        return gram ? product(rows, solution, { a: true }) : solution
      })
      tf.dispose([rows, targets, ...(gram ? [gram] : [])])
      return {
        ...fitted({
          evaluate: (queries) => product(hidden(queries), weights),
          width: dim,
          perQuery: width,
          returns: 'scores',
          dispose: () => tf.dispose([projection, weights]),
        }),
        chosen,
      }
    },
  }
}
