import * as tf from '@tensorflow/tfjs'
import { product } from '../../coding/product.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { type Choice, chooseOnGrid } from '../../heads/choose-on-grid.ts'
import { foldsFor, heldOutByFolds } from '../../heads/held-out-folds.ts'
import { softmaxWeights } from '../../heads/softmax-weights.ts'
import { positive, count as whole } from '../../model/arrays.ts'
import { readLinear } from '../../model/decisions/linear.ts'
import type { LabelledMatrix } from '../../samples/checks.ts'
import { toTensor } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'

const GRID = { start: [1e-5, 3e-5, 9e-5], limits: [1e-7, 1], ties: 'largest' } as const
const FOLDS = 3
/** Steps by which the order of two decays on held-out samples is settled. */
const FOLD_STEPS = 150

/** Multinomial logistic regression with an intercept, which does not decay; probabilities are softmax of the scores. */
export const softmax = defineMethod({
  name: 'softmax',
  label: 'softmax',
  paper:
    'Böhning, "Multinomial logistic regression algorithm", Annals of the Institute of Statistical Mathematics 1992',
  options: {
    weightDecay: positive
      .optional()
      .describe('Weight of ½‖W‖² beside the mean cross-entropy; chosen by three folds when absent'),
    steps: whole.default(300).describe('Gradient steps'),
  },
  normaliseDefaults: { center: true },
  async fit(samples, { weightDecay, steps }) {
    const choice = weightDecay === undefined ? await chooseDecay(samples) : undefined
    const decay = (choice?.value ?? weightDecay) as number
    const decision = await readLinear(await softmaxWeights(samples, { decay, steps }))
    return { decision, ...(choice && { chosen: { weightDecay: choice } }) }
  },
})

/** The decay of the highest accuracy on three folds held out. */
function chooseDecay(samples: LabelledMatrix): Promise<Choice> {
  const folds = foldsFor(samples, FOLDS)
  return chooseOnGrid(GRID, (decay) =>
    heldOutByFolds(folds, ({ fit, held }) =>
      withTensors(async (own) => {
        const { weights, bias } = own(await softmaxWeights(fit, { decay, steps: FOLD_STEPS }))
        return tf.tidy(() => tf.add(product(toTensor(held.features), weights), bias) as tf.Tensor2D)
      }),
    ),
  )
}
