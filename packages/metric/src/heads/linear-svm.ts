import * as tf from '@tensorflow/tfjs'
import { type Classifier, fitted } from '../classifier.ts'
import { checkLabelled, checkPositive, type LabelledMatrix, toTensor } from '../matrix.ts'
import { product } from '../product.ts'
import { type Choice, type Choices, chooseOnGrid } from './choose-on-grid.ts'
import { foldsFor, type HeldFold, heldOutByFolds } from './held-out-folds.ts'
import { oneHot } from './one-hot.ts'
import { minimiseSquaredHinge } from './squared-hinge.ts'

export interface LinearSvmOptions {
  /** C, the weight of the squared hinges, above 0. Chosen by three folds when absent. */
  cost?: number
}

const GRID = { start: [0.3, 1, 3], limits: [1e-4, 1e4], ties: 'smallest' } as const
const FOLDS = 3

/**
 * Linear support vector machine, one class against the rest: for each class the w and b of least
 * ½‖w‖² + ½b² + C Σ max(0, 1 − y(wᵀx + b))², y = ±1. Scores are wᵀx + b.
 * Source: Fan et al., "LIBLINEAR", JMLR 9, 2008; the numbers are those of scikit-learn's `LinearSVC`.
 * @throws {InputError} when the cost is not above 0.
 */
export function linearSvm({ cost }: LinearSvmOptions = {}): Classifier {
  if (cost !== undefined) checkPositive('cost', cost)
  return {
    name: cost === undefined ? 'linear SVM' : `linear SVM (C=${cost})`,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const chosen: Choices = cost === undefined ? { cost: await chooseCost(checked) } : {}
      const kept = await fitAt(checked, cost ?? chosen.cost.value)
      return {
        ...fitted({
          evaluate: (queries) => product(withOne(queries), kept),
          width: checked.features.shape[1],
          perQuery: checked.features.shape[1],
          returns: 'scores',
          dispose: () => kept.dispose(),
        }),
        chosen,
      }
    },
  }
}

/** The accuracy on three folds held out; a fold's solution for one cost is where the next one starts. */
async function chooseCost(checked: LabelledMatrix): Promise<Choice> {
  const parts = foldsFor(checked, FOLDS)
  const warm = new Map<HeldFold, tf.Tensor2D>()
  const choice = await chooseOnGrid(GRID, (cost) =>
    heldOutByFolds(parts, async (part) => {
      const weights = await fitAt(part.fit, cost, { tolerance: 1e-2, start: warm.get(part) })
      warm.get(part)?.dispose()
      warm.set(part, weights)
      return tf.tidy(() => product(withOne(toTensor(part.held.features)), weights))
    }),
  )
  tf.dispose([...warm.values()])
  return choice
}

async function fitAt(
  { features, labels, classes }: LabelledMatrix,
  cost: number,
  { tolerance = 5e-6, start }: { tolerance?: number; start?: tf.Tensor2D } = {},
): Promise<tf.Tensor2D> {
  const problem = tf.tidy(() => {
    const x = withOne(toTensor(features))
    const signs = tf.sub(tf.mul(oneHot(labels, classes), 2), 1) as tf.Tensor2D
    return { x, across: tf.transpose(x) as tf.Tensor2D, signs }
  })
  try {
    return await minimiseSquaredHinge({ ...problem, cost, tolerance }, start)
  } finally {
    tf.dispose(problem)
  }
}

/** Rows with a 1 behind them, whose weight is the intercept. */
const withOne = (rows: tf.Tensor2D) => tf.concat([rows, tf.ones([rows.shape[0], 1])], 1) as tf.Tensor2D
