import * as tf from '@tensorflow/tfjs'
import { type Classifier, fitted } from '../classifier.ts'
import { checkLabelled, checkPositive, toTensor } from '../matrix.ts'
import { product } from '../product.ts'
import { type Choices, chooseOnGrid, inUnit } from './choose-on-grid.ts'
import { oneHot } from './one-hot.ts'
import { chooseLambda, leftOutAccuracy, ridgeSolution } from './ridge-system.ts'

export interface KernelRidgeOptions {
  /** γ of the kernel exp(−γ‖x − y‖²), above 0. Chosen on samples left out when absent. */
  gamma?: number
  /** Weight of the ridge, above 0. Chosen on samples left out when absent. */
  lambda?: number
}

/** γ in parts of one over the mean squared distance of two samples. */
const GRID = { start: [0.25, 0.5, 1, 2], limits: [1 / 64, 64], ties: 'smallest' } as const

/**
 * Ridge regression on one-hot labels in the space of the Gaussian kernel: scores k(q)ᵀ(K + λI)⁻¹Y.
 * Without γ or λ it takes those by which samples left out are classified best; one inverse answers for all samples.
 * Source: Saunders, Gammerman, Vovk, "Ridge regression learning algorithm in dual variables", ICML 1998; the numbers are those
 * of scikit-learn's `KernelRidge(kernel='rbf')`.
 * @throws {InputError} when γ or λ is not above 0.
 */
export function kernelRidge({ gamma, lambda }: KernelRidgeOptions = {}): Classifier {
  if (gamma !== undefined) checkPositive('gamma', gamma)
  if (lambda !== undefined) checkPositive('lambda', lambda)
  const fixed = [gamma === undefined ? '' : `γ=${gamma}`, lambda === undefined ? '' : `λ=${lambda}`].filter(Boolean)
  return {
    name: `kernel ridge${fixed.length > 0 ? ` (${fixed.join(', ')})` : ''}`,
    async fit(features, labels) {
      const checked = await checkLabelled(features, labels)
      const x = toTensor(checked.features)
      const targets = oneHot(checked.labels, checked.classes)
      const distances = squaredDistances(x, x)
      const chosen = await choose({ distances, targets }, checked.labels, { gamma, lambda })
      const g = gamma ?? chosen.gamma.value
      const alpha = tf.tidy(() =>
        ridgeSolution({ gram: gaussian(distances, g), targets }, lambda ?? chosen.lambda.value),
      )
      tf.dispose([distances, targets])
      return {
        ...fitted({
          evaluate: (queries) => product(gaussian(squaredDistances(queries, x), g), alpha),
          width: checked.features.shape[1],
          perQuery: x.shape[0],
          returns: 'scores',
          dispose: () => tf.dispose([x, alpha]),
        }),
        chosen,
      }
    },
  }
}

interface Problem {
  distances: tf.Tensor2D
  targets: tf.Tensor2D
}

/** What is not given of γ and λ: for each γ the best λ, and the best of these pairs. */
async function choose(
  { distances, targets }: Problem,
  labels: Int32Array,
  { gamma, lambda }: KernelRidgeOptions,
): Promise<Choices> {
  if (gamma !== undefined && lambda !== undefined) return {}
  const withGram = async <T>(g: number, use: (gram: tf.Tensor2D) => Promise<T>): Promise<T> => {
    const gram = gaussian(distances, g)
    try {
      return await use(gram)
    } finally {
      gram.dispose()
    }
  }
  const lambdaFor = (g: number) => withGram(g, (gram) => chooseLambda({ gram, targets }, labels))
  if (gamma !== undefined) return { lambda: await lambdaFor(gamma) }
  const mean = tf.mean(distances)
  const level = Math.max((await mean.data())[0], 1e-12)
  mean.dispose()
  const choice = await chooseOnGrid(GRID, async (part) => {
    if (lambda === undefined) return (await lambdaFor(part / level)).accuracy
    return withGram(part / level, (gram) => leftOutAccuracy({ gram, targets }, lambda, labels))
  })
  const ofGamma = inUnit(choice, (part) => part / level)
  return lambda === undefined ? { gamma: ofGamma, lambda: await lambdaFor(ofGamma.value) } : { gamma: ofGamma }
}

/** ‖a_i − b_j‖² of rows a [n, d] and b [m, d]. */
function squaredDistances(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => {
    const ofA = tf.sum(tf.square(a), 1, true)
    const ofB = tf.sum(tf.square(b), 1).expandDims(0)
    return tf.relu(tf.sub(tf.add(ofA, ofB), tf.mul(product(a, b, { b: true }), 2))) as tf.Tensor2D
  })
}

const gaussian = (distances: tf.Tensor2D, gamma: number) =>
  tf.tidy(() => tf.exp(tf.mul(distances, -gamma)) as tf.Tensor2D)
