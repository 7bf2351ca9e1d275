import { symmetricEigen, symmetricEigenvalues } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { leaveOneOutCodes } from '../coding/codes.ts'
import { product } from '../coding/product.ts'
import { type Matrix, toTensor } from '../samples/matrix.ts'
import { withTensors } from '../samples/with-tensors.ts'
import { type Mahalanobis, mahalanobis } from './mahalanobis/mahalanobis.ts'

export interface ReconstructionOptions {
  /** Weight of ‖α‖², above 0. */
  readonly lambda: number
  /** τ, the weight of −log det M, above 0: without it the loss has its least value at M = 0. */
  readonly logDet: number
  /** ε added to the error's second moment, relative to its mean eigenvalue, above 0. */
  readonly epsilon: number
  /** Alternations of codes and metric. */
  readonly iterations: number
}

/**
 * Learns L [d, d] by the reconstruction loss alone: each sample is coded without itself, e is what its own class's part of
 * the code leaves, and (1/n)Σ eᵀMe + λ‖α‖² − τ·log det M is lowered in turns: the codes in closed form, then
 * M = τ((1/n)Σ eeᵀ + εI)⁻¹, scaled to tr M = d. Without the log-det term M would collapse to 0, because the least
 * value over the codes is concave in M.
 *
 * @param features [N, d] normalised, N at most a few thousand
 */
export function learnByReconstruction(
  features: Matrix,
  labels: Int32Array,
  { lambda, logDet, epsilon, iterations }: ReconstructionOptions,
): Promise<{ factor: Matrix; losses: number[] }> {
  const dim = features.shape[1]
  return withTensors(async (own) => {
    const layer = own(await mahalanobis({ dim, form: 'full', init: 'identity' }))
    const l = layer.variable as unknown as tf.Tensor2D
    const x = own(toTensor(features))
    const sameClass = own(tf.tidy(() => sameClasses(labels)))
    const losses: number[] = []
    for (let turn = 0; turn < iterations; turn++) {
      const { values, vectors, energy } = await withTensors(async (own) => {
        const { moment, energy } = own(errorOf(layer, x, { sameClass, lambda }))
        return { ...(await symmetricEigen(moment)), energy: (await energy.data())[0] }
      })
      losses.push(energy - logDet * (await logDeterminant(l)))
      const floor = (epsilon * values.reduce((a, b) => a + Math.max(b, 0), 0)) / dim + Number.EPSILON
      const rows = Float32Array.from(
        vectors,
        (value, i) => value * Math.sqrt(logDet / (Math.max(values[Math.floor(i / dim)], 0) + floor)),
      )
      tf.tidy(() => layer.variable.assign(tf.tensor2d(rows, [dim, dim])))
      layer.scaleTrace()
    }
    const factor: Matrix = { data: Float32Array.from((await l.data()) as Float32Array), shape: [dim, dim] }
    return { factor, losses }
  })
}

/** [N, N] 1 for samples of one class, 0 for others. */
function sameClasses(labels: Int32Array): tf.Tensor2D {
  const row = tf.tensor1d(labels, 'int32')
  return tf.equal(tf.expandDims(row, 1), tf.expandDims(row, 0)).toFloat() as tf.Tensor2D
}

/** The second moment [d, d] of the errors e, and the mean of eᵀMe + λ‖α‖². */
function errorOf(
  layer: Mahalanobis,
  x: tf.Tensor2D,
  { sameClass, lambda }: { sameClass: tf.Tensor2D; lambda: number },
): { moment: tf.Tensor2D; energy: tf.Scalar } {
  return tf.tidy(() => {
    const count = x.shape[0]
    const alpha = leaveOneOutCodes(layer.apply(x), tf.scalar(lambda))
    const error = tf.sub(x, product(tf.mul(alpha, sameClass), x, { a: true })) as tf.Tensor2D
    const energy = tf.add(tf.sum(tf.square(layer.apply(error))), tf.mul(lambda, tf.sum(tf.square(alpha))))
    return { moment: tf.div(product(error, error, { a: true }), count), energy: tf.div(energy, count) }
  })
}

/** log det LᵀL. */
async function logDeterminant(l: tf.Tensor2D): Promise<number> {
  const gram = tf.tidy(() => product(l, l, { a: true }))
  const values = await withTensors((own) => symmetricEigenvalues(own(gram)))
  return values.reduce((sum, value) => sum + Math.log(Math.max(value, Number.MIN_VALUE)), 0)
}
