import { InputError, Prng } from '@dml-crc/core'
import { symmetricEigen } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { inverseOf } from './class-residuals.ts'
import { embedder, type FittedMetric } from './fitted-metric.ts'
import { mahalanobis } from './mahalanobis.ts'
import { checkCount, checkLabelled, checkPositive, classCounts, type Features, toTensor } from './matrix.ts'
import { product } from './product.ts'

export interface FitReconstructionOptions {
  /** Weight of ‖α‖², above 0. Default 0.3. */
  lambda?: number
  /** τ, the weight of −log det M, above 0: without it the loss has its least value at M = 0. Default 1. */
  logDet?: number
  /** ε added to the error's second moment, relative to its mean eigenvalue, above 0. Default 0.1. */
  epsilon?: number
  /** Alternations of codes and metric. Default 5. */
  iterations?: number
}

/**
 * Learns the metric by METHOD.md's first loss: each sample is coded without itself, e is what its own class's part of
 * the code leaves, and (1/n)Σ eᵀMe + λ‖α‖² − τ·log det M is lowered in turns: the codes in closed form, then
 * M = τ((1/n)Σ eeᵀ + εI)⁻¹, scaled to tr M = d. Without the log-det term M would collapse to 0, because the least
 * value over the codes is concave in M; so τ = 0 is refused.
 *
 * @param features [N, d], N at most a few thousand
 * @throws {InputError} for τ, λ or ε not above 0, a class with a single sample, or features of another form.
 */
export async function fitReconstruction(
  features: Features,
  labels: ArrayLike<number>,
  { lambda = 0.3, logDet = 1, epsilon = 0.1, iterations = 5 }: FitReconstructionOptions = {},
): Promise<FittedMetric> {
  if (!(logDet > 0)) {
    throw new InputError('logDet', {
      expected: 'a weight above 0, because without −log det M the loss is least at M = 0',
      received: String(logDet),
      remedy: 'Pass for instance 1, or use fitMetric, whose loss knows the labels.',
    })
  }
  checkPositive('lambda', lambda)
  checkPositive('epsilon', epsilon)
  checkCount('iterations', iterations)
  const checked = await checkLabelled(features, labels)
  const single = classCounts(checked.labels).indexOf(1)
  if (single >= 0) {
    const remedy = 'Add samples of this class, or leave the class out.'
    throw new InputError(`class ${single}`, { expected: 'two or more samples', received: 'one sample', remedy })
  }
  const [count, dim] = checked.features.shape
  const layer = await mahalanobis({ dim, form: 'full', init: 'identity', prng: Prng.fromSeed(0) })
  const x = toTensor(checked.features)
  const sameClass = tf.tidy(() => {
    const row = tf.tensor1d(checked.labels, 'int32')
    return tf.mul(tf.equal(tf.expandDims(row, 1), tf.expandDims(row, 0)).toFloat(), tf.sub(1, tf.eye(count)))
  }) as tf.Tensor2D
  const losses: number[] = []
  for (let turn = 0; turn < iterations; turn++) {
    const [moment, energy] = tf.tidy(() => {
      const mapped = layer.apply(x)
      const w = product(mapped, inverseOf(mapped, lambda))
      const rest = tf.sub(1, tf.sum(tf.mul(w, mapped), 1))
      const alpha = tf.div(product(w, mapped, { b: true }), rest)
      const own = tf.mul(alpha, sameClass) as tf.Tensor2D
      const error = tf.sub(x, product(own, x, { a: true })) as tf.Tensor2D
      const others = tf.mul(alpha, tf.sub(1, tf.eye(count)))
      const energy = tf.add(tf.sum(tf.square(layer.apply(error))), tf.mul(lambda, tf.sum(tf.square(others))))
      return [tf.div(product(error, error, { a: true }), count) as tf.Tensor2D, tf.div(energy, count)]
    })
    const { values, vectors } = await symmetricEigen(moment)
    const logDetOfM = await logDeterminant(layer.variable as unknown as tf.Tensor2D)
    losses.push((await energy.data())[0] - logDet * logDetOfM)
    tf.dispose([moment, energy])
    const floor = (epsilon * values.reduce((a, b) => a + Math.max(b, 0), 0)) / dim + Number.EPSILON
    const rows = Float32Array.from(
      vectors,
      (value, i) => value * Math.sqrt(logDet / (Math.max(values[Math.floor(i / dim)], 0) + floor)),
    )
    tf.tidy(() => layer.variable.assign(tf.tensor2d(rows, [dim, dim])))
    layer.scaleTrace()
  }
  tf.dispose([x, sameClass])
  return {
    layer,
    lambda,
    temperature: 1,
    rule: 'plain',
    losses,
    dictionary: checked.features,
    labels: checked.labels,
    embed: embedder(layer),
    dispose: () => layer.dispose(),
  }
}

/** log det LᵀL. */
async function logDeterminant(l: tf.Tensor2D): Promise<number> {
  const gram = tf.tidy(() => product(l, l, { a: true }))
  const { values } = await symmetricEigen(gram)
  gram.dispose()
  return values.reduce((sum, value) => sum + Math.log(Math.max(value, Number.MIN_VALUE)), 0)
}
