import * as tf from '@tensorflow/tfjs'
import { product } from '../../coding/product.ts'
import { ridgeCode, ridgeInverse } from '../../coding/ridge-code.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { positive } from '../../model/arrays.ts'
import { readLinear } from '../../model/decisions/linear.ts'
import { toTensor } from '../../samples/matrix.ts'

/**
 * Ridge regression on one-hot targets, with an intercept that is not penalised (features and targets are centred).
 * With the code α of CRC its score is Yᵀα, so the same factorisation serves.
 */
export const ridge = defineMethod({
  name: 'ridge',
  label: 'ridge',
  paper: 'Hoerl, Kennard, "Ridge regression: biased estimation for nonorthogonal problems", Technometrics 1970',
  options: { lambda: positive.default(1).describe('λ, the weight of the squared weights') },
  grid: { lambda: [0.1, 0.3, 1, 3, 10] },
  async fit({ features, labels, classes }, { lambda }) {
    const kept = tf.tidy(() => {
      const x = toTensor(features)
      const centre = tf.mean(x, 0)
      const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), classes).toFloat() as tf.Tensor2D
      const prior = tf.mean(targets, 0)
      const centred = tf.sub(x, centre) as tf.Tensor2D
      const { rows, square } = ridgeCode(centred, ridgeInverse(centred, lambda))
      const half = product(rows, tf.sub(targets, prior), { a: true })
      const weights = square ? product(square, half) : half
      const bias = tf.sub(prior, tf.squeeze(tf.matMul(tf.expandDims(centre, 0), weights), [0])) as tf.Tensor1D
      return { weights, bias }
    })
    return { decision: await readLinear(kept) }
  },
})
