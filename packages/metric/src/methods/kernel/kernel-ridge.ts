import * as tf from '@tensorflow/tfjs'
import { gaussian, squaredDistances } from '../../coding/distances.ts'
import { defineMethod } from '../../fitting/define-method.ts'
import { type Choices, chooseOnGrid, inUnit } from '../../heads/choose-on-grid.ts'
import { oneHot } from '../../heads/one-hot.ts'
import { chooseLambda, leftOutAccuracy, ridgeSolution } from '../../heads/ridge-system.ts'
import { positive } from '../../model/arrays.ts'
import { takeNumbers, toMatrix, toTensor } from '../../samples/matrix.ts'
import { withTensors } from '../../samples/with-tensors.ts'

/** γ in parts of one over the mean squared distance of two samples. */
const GRID = { start: [0.25, 0.5, 1, 2], limits: [1 / 64, 64], ties: 'smallest' } as const

/**
 * Ridge regression on one-hot labels in the space of the Gaussian kernel: scores k(q)ᵀ(K + λI)⁻¹Y.
 * Without γ or λ it takes those by which samples left out are classified best; one inverse answers for all samples. The
 * numbers are those of scikit-learn's `KernelRidge(kernel='rbf')`.
 */
export const kernelRidge = defineMethod({
  name: 'kernelRidge',
  label: 'kernel ridge',
  paper: 'Saunders, Gammerman, Vovk, "Ridge regression learning algorithm in dual variables", ICML 1998',
  options: {
    gamma: positive.optional().describe('γ of the kernel exp(−γ‖x − y‖²); chosen on samples left out when absent'),
    lambda: positive.optional().describe('λ, the weight of the ridge; chosen on samples left out when absent'),
  },
  fit: ({ features, labels, classes }, options) =>
    withTensors(async (own) => {
      const [x, targets] = [own(toTensor(features)), own(oneHot(labels, classes))]
      const distances = own(tf.tidy(() => squaredDistances(x, x)))
      const chosen = await choose({ distances, targets }, labels, options)
      const gamma = options.gamma ?? chosen.gamma.value
      const lambda = options.lambda ?? chosen.lambda.value
      const alpha = own(tf.tidy(() => ridgeSolution({ gram: gaussian(distances, gamma), targets }, lambda)))
      return { decision: { kind: 'kernel', samples: features, coefficients: await toMatrix(alpha), gamma }, chosen }
    }),
})

interface Problem {
  distances: tf.Tensor2D
  targets: tf.Tensor2D
}

/** What is not given of γ and λ: for each γ the best λ, and the best of these pairs. */
async function choose(
  { distances, targets }: Problem,
  labels: Int32Array,
  { gamma, lambda }: { gamma?: number; lambda?: number },
): Promise<Choices> {
  if (gamma !== undefined && lambda !== undefined) return {}
  const withGram = <T>(g: number, use: (gram: tf.Tensor2D) => Promise<T>): Promise<T> =>
    withTensors(async (own) => use(own(tf.tidy(() => gaussian(distances, g)))))
  const lambdaFor = (g: number) => withGram(g, (gram) => chooseLambda({ gram, targets }, labels))
  if (gamma !== undefined) return { lambda: await lambdaFor(gamma) }
  const level = Math.max((await takeNumbers(tf.mean(distances)))[0], 1e-12)
  const choice = await chooseOnGrid(GRID, async (part) => {
    if (lambda === undefined) return (await lambdaFor(part / level)).accuracy
    return withGram(part / level, (gram) => leftOutAccuracy({ gram, targets }, lambda, labels))
  })
  const ofGamma = inUnit(choice, (part) => part / level)
  return lambda === undefined ? { gamma: ofGamma, lambda: await lambdaFor(ofGamma.value) } : { gamma: ofGamma }
}
