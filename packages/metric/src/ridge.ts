import * as tf from '@tensorflow/tfjs'
import { type Classifier, fitted } from './classifier.ts'
import { crcCode } from './collaborative-code.ts'
import { checkLabelled, checkPositive, toTensor } from './matrix.ts'
import { product } from './product.ts'

/**
 * Ridge regression on one-hot targets, with an intercept that is not penalised (features and targets are centred).
 * With the code α of CRC its score is Yᵀα, so the same factorisation serves.
 * @throws {InputError} when λ is not above 0.
 */
export function ridge({ lambda = 1 }: { lambda?: number } = {}): Classifier {
  checkPositive('lambda', lambda)
  return {
    name: `ridge (λ=${lambda})`,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const kept = tf.tidy(() => {
        const x = toTensor(checked.features)
        const centre = tf.mean(x, 0)
        const targets = tf.oneHot(tf.tensor1d(checked.labels, 'int32'), checked.classes).toFloat() as tf.Tensor2D
        const prior = tf.mean(targets, 0)
        const { rows, square } = crcCode(tf.sub(x, centre), lambda)
        const half = product(rows, tf.sub(targets, prior), { a: true })
        const weights = square ? product(square, half) : half
        return { weights, bias: tf.sub(prior, tf.squeeze(tf.matMul(tf.expandDims(centre, 0), weights), [0])) }
      })
      return fitted({
        evaluate: (queries) => tf.add(tf.matMul(queries, kept.weights as tf.Tensor2D), kept.bias),
        width: checked.features.shape[1],
        perQuery: checked.features.shape[1],
        returns: 'scores',
        dispose: () => tf.dispose(kept),
      })
    },
  }
}
