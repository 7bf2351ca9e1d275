import * as tf from '@tensorflow/tfjs'
import { product } from '../../coding/product.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { type Choice, chooseOnGrid } from '../../heads/choose-on-grid.ts'
import { foldsFor, type HeldFold, heldOutByFolds } from '../../heads/held-out-folds.ts'
import { oneHot } from '../../heads/one-hot.ts'
import { minimiseSquaredHinge } from '../../heads/squared-hinge.ts'
import { positive } from '../../model/arrays.ts'
import { readLinear } from '../../model/decisions/linear.ts'
import type { LabelledMatrix } from '../../samples/checks.ts'
import { toTensor } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'

const GRID = { start: [0.3, 1, 3], limits: [1e-4, 1e4], ties: 'smallest' } as const
const FOLDS = 3

/**
 * Linear support vector machine, one class against the rest: for each class the w and b of least
 * ½‖w‖² + ½b² + C Σ max(0, 1 − y(wᵀx + b))², y = ±1. Scores are wᵀx + b. The numbers are those of scikit-learn's `LinearSVC`.
 */
export const linearSvm = defineMethod({
  name: 'linearSvm',
  label: 'linear SVM',
  paper: 'Fan, Chang, Hsieh, Wang, Lin, "LIBLINEAR: a library for large linear classification", JMLR 9, 2008',
  options: {
    cost: positive.optional().describe('C, the weight of the squared hinges; chosen by three folds when absent'),
  },
  normaliseDefaults: { center: true },
  async fit(samples, { cost }) {
    const choice = cost === undefined ? await chooseCost(samples) : undefined
    const width = samples.features.shape[1]
    const decision = await withTensors(async (own) => {
      const kept = own(await fitAt(samples, (choice?.value ?? cost) as number))
      const parts = tf.tidy(() => ({
        weights: tf.slice(kept, [0, 0], [width, samples.classes]),
        bias: tf.squeeze(tf.slice(kept, [width, 0], [1, samples.classes]), [0]) as tf.Tensor1D,
      }))
      return readLinear(parts)
    })
    return { decision, ...(choice && { chosen: { cost: choice } }) }
  },
})

/** The accuracy on three folds held out; a fold's solution for one cost is where the next one starts. */
function chooseCost(checked: LabelledMatrix): Promise<Choice> {
  const parts = foldsFor(checked, FOLDS)
  const warm = new Map<HeldFold, tf.Tensor2D>()
  return withTensors(async (own) => {
    own({ dispose: () => void tf.dispose([...warm.values()]) })
    return chooseOnGrid(GRID, (cost) =>
      heldOutByFolds(parts, async (part) => {
        const weights = await fitAt(part.fit, cost, { tolerance: 1e-2, start: warm.get(part) })
        warm.get(part)?.dispose()
        warm.set(part, weights)
        return tf.tidy(() => product(withOne(toTensor(part.held.features)), weights))
      }),
    )
  })
}

function fitAt(
  { features, labels, classes }: LabelledMatrix,
  cost: number,
  { tolerance = 5e-6, start }: { tolerance?: number; start?: tf.Tensor2D } = {},
): Promise<tf.Tensor2D> {
  return withTensors(async (own) => {
    const problem = tf.tidy(() => {
      const x = withOne(toTensor(features))
      const signs = tf.sub(tf.mul(oneHot(labels, classes), 2), 1) as tf.Tensor2D
      return { x, across: tf.transpose(x) as tf.Tensor2D, signs }
    })
    return minimiseSquaredHinge({ ...own(problem), cost, tolerance }, start)
  })
}

/** Rows with a 1 behind them, whose weight is the intercept. */
const withOne = (rows: tf.Tensor2D) => tf.concat([rows, tf.ones([rows.shape[0], 1])], 1) as tf.Tensor2D
