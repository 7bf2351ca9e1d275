import * as tf from '@tensorflow/tfjs'
import { product } from '../../coding/product.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { oneHot } from '../../heads/one-hot.ts'
import { chooseLambda, ridgeSolution } from '../../heads/ridge-system.ts'
import { count, positive } from '../../model/arrays.ts'
import { toMatrix, toTensor } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'

/**
 * Ridge regression on one-hot labels from random features: scores relu(qP)·(HᵀH + λI)⁻¹HᵀY with H = relu(XP) and P [d, M] of
 * standard normal numbers over √M, so that a feature of length 1 keeps about a length that does not depend on M. Without
 * the adapters of the paper's first task.
 */
export const ranPac = defineMethod({
  name: 'ranPac',
  label: 'RanPAC',
  paper:
    'McDonnell, Gong, Parvaneh, Abbasnejad, van den Hengel, "RanPAC: random projections and pre-trained models for continual learning", NeurIPS 2023',
  options: {
    width: count.default(5000).describe('M, the random features'),
    lambda: positive.optional().describe('λ, the weight of the ridge; chosen on samples left out when absent'),
  },
  normaliseDefaults: { center: true },
  fit: ({ features, labels, classes }, { width, lambda }, { prng }) =>
    withTensors(async (own) => {
      const dim = features.shape[1]
      const normals = prng.split('projection').normals(dim * width)
      const projection = {
        data: normals.map((value) => value / Math.sqrt(width)),
        shape: [dim, width] as [number, number],
      }
      const rows = own(tf.tidy(() => tf.relu(product(toTensor(features), toTensor(projection)))))
      const targets = own(oneHot(labels, classes))
      // The smaller of the two systems is solved.
      const gram = rows.shape[0] <= width ? own(product(rows, rows, { b: true })) : undefined
      const problem = { rows, gram, targets }
      const choice = lambda === undefined ? await chooseLambda(problem, labels) : undefined
      const solved = tf.tidy(() => {
        const solution = ridgeSolution(problem, (choice?.value ?? lambda) as number)
        return gram ? product(rows, solution, { a: true }) : solution
      })
      const weights = await toMatrix(own(solved))
      return {
        decision: { kind: 'randomFeatures', projection, weights },
        ...(choice && { chosen: { lambda: choice } }),
      }
    }),
})
