import { InputError } from '@dml-crc/core/errors'
import { choiceError } from '@dml-crc/core/nearest'
import { checkWhole } from '@dml-crc/core/numbers'
import type { Prng } from '@dml-crc/core/prng'
import * as tf from '@tensorflow/tfjs'
import { squaredDistances } from '../../coding/distances.ts'
import { product } from '../../coding/product.ts'
import { type Matrix, toTensor } from '../../samples/matrix.ts'
import { initialFactor } from './metric-init.ts'

/** `full`: L [d, d]; `low-rank`: L [r, d]; `diagonal`: L = diag(l), l [d]. M = LᵀL is positive semi-definite in each. */
export type MetricForm = 'full' | 'low-rank' | 'diagonal'

/**
 * `identity`: M = I (low rank: the first r features). `pca`: the r directions of most energy of the features, not
 * centred, because collaborative coding is not either. `whiten`: those, each scaled to unit energy. `within`: the
 * features are first whitened within their classes, so that directions in which the samples of one class differ count
 * less (Bar-Hillel et al., "Learning distance functions using equivalence relations", ICML 2003), then `pca`, all
 * scaled so that their mean energy stays. `random`: independent normal entries of variance 1/d.
 */
export type MetricInit = 'identity' | 'pca' | 'whiten' | 'within' | 'random'

export interface MahalanobisOptions {
  /** Width d of the features. */
  dim: number
  /** Rows r of L in the low-rank form. Default d. */
  rank?: number
  /** Default `low-rank` where a rank below d is given, else `full`. */
  form?: MetricForm
  /** Default `identity`. */
  init?: MetricInit
  /** The features [N, d] that `pca`, `whiten` and `within` look at. */
  features?: Matrix
  /** [N] their classes, for `within`. */
  labels?: ArrayLike<number>
  /** Where `random` draws from. */
  prng?: Prng
}

export const FORMS = ['full', 'low-rank', 'diagonal'] as const satisfies readonly MetricForm[]
export const INITS = ['identity', 'pca', 'whiten', 'within', 'random'] as const satisfies readonly MetricInit[]

/** A learnable metric ‖L(x − y)‖² = (x − y)ᵀM(x − y), M = LᵀL. */
export interface Mahalanobis {
  readonly form: MetricForm
  readonly dim: number
  readonly rank: number
  /** L [r, d], or its diagonal [d] in the diagonal form. */
  readonly variable: tf.Variable
  /** x Lᵀ [N, r] for x [N, d]; differentiable with respect to both. */
  apply(x: tf.Tensor2D): tf.Tensor2D
  /** L [r, d]. */
  factor(): tf.Tensor2D
  /** M [d, d]. */
  matrix(): tf.Tensor2D
  /** (x − y)ᵀM(x − y) for each row x of [A, d] and y of [B, d]: [A, B]. */
  distances(x: tf.Tensor2D, y: tf.Tensor2D): tf.Tensor2D
  /** Scales L so that tr M is `trace`, by default d. Scaling M and λ together changes no code. */
  scaleTrace(trace?: number): void
  dispose(): void
}

function checkChoice(what: string, value: string, choices: readonly string[]): void {
  if (!choices.includes(value)) throw choiceError(what, value, choices)
}

/**
 * The metric layer of DML-CRC: a linear map whose Gram matrix is the Mahalanobis matrix, positive semi-definite by
 * construction.
 * @throws {InputError} for an unknown form or init, a rank outside 1 … d, or an init without what it needs.
 */
export async function mahalanobis(options: MahalanobisOptions): Promise<Mahalanobis> {
  const { dim, rank = dim, init = 'identity' } = options
  const form = options.form ?? (rank < dim ? 'low-rank' : 'full')
  checkWhole('dim', dim)
  checkWhole('rank', rank)
  checkChoice('form', form, FORMS)
  checkChoice('init', init, INITS)
  if (rank > dim || (form !== 'low-rank' && rank !== dim)) {
    const expected = form === 'low-rank' ? `at most dim, ${dim}` : `dim, ${dim}, in the ${form} form`
    throw new InputError('rank', { expected, received: `${rank}`, remedy: 'Choose another rank, or form low-rank.' })
  }
  if (form === 'diagonal' && init !== 'identity') {
    const remedy = 'Leave init out.'
    throw new InputError('init', { expected: 'identity in the diagonal form', received: init, remedy })
  }
  return layerOf(form, form === 'diagonal' ? tf.ones([dim]) : await initialFactor(init, rank, dim, options))
}

/** The metric layer of a given L [r, d], or of its diagonal [d]. */
export function mahalanobisOf(factor: Matrix | Float32Array): Mahalanobis {
  if (factor instanceof Float32Array) return layerOf('diagonal', tf.tensor1d(factor))
  const [rank, dim] = factor.shape
  return layerOf(rank < dim ? 'low-rank' : 'full', toTensor(factor))
}

/** A variable that starts with a tensor, which is freed. */
function variableOf(start: tf.Tensor): tf.Variable {
  try {
    return tf.variable(start)
  } finally {
    start.dispose()
  }
}

/** The layer that starts with a tensor, which it takes over. */
function layerOf(form: MetricForm, start: tf.Tensor): Mahalanobis {
  const variable = variableOf(start)
  const isDiagonal = form === 'diagonal'
  const [rank, dim] = isDiagonal ? [variable.shape[0], variable.shape[0]] : variable.shape

  const layer: Mahalanobis = {
    form,
    dim,
    rank,
    variable,
    apply: (x) => (isDiagonal ? tf.mul(x, variable) : product(x, variable as unknown as tf.Tensor2D, { b: true })),
    factor: () => (isDiagonal ? tf.diag(variable) : variable.clone()) as tf.Tensor2D,
    matrix: () =>
      tf.tidy(() => {
        const l = layer.factor()
        return product(l, l, { a: true })
      }),
    distances: (x, y) => tf.tidy(() => squaredDistances(layer.apply(x), layer.apply(y))),
    scaleTrace: (trace = dim) =>
      tf.tidy(() => variable.assign(tf.mul(variable, tf.sqrt(tf.div(trace, tf.sum(tf.square(variable))))))),
    dispose: () => variable.dispose(),
  }
  return layer
}
