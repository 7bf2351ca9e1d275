import { InputError, nearest, type Prng } from '@dml-crc/core'
import { symmetricEigen } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { checkCount, type Matrix } from './matrix.ts'
import { squaredDistances } from './nearest.ts'
import { product } from './product.ts'

/** `full`: L [d, d]; `low-rank`: L [r, d]; `diagonal`: L = diag(l), l [d]. M = LᵀL is positive semi-definite in each. */
export type MetricForm = 'full' | 'low-rank' | 'diagonal'

/**
 * `identity`: M = I (low rank: the first r features). `pca`: the r directions of most energy of the features, not
 * centred, because collaborative coding is not either. `whiten`: those, each scaled to unit energy.
 * `random`: independent normal entries of variance 1/d.
 */
export type MetricInit = 'identity' | 'pca' | 'whiten' | 'random'

export interface MahalanobisOptions {
  /** Width d of the features. */
  dim: number
  /** Rows r of L in the low-rank form. Default d. */
  rank?: number
  /** Default `low-rank` where a rank below d is given, else `full`. */
  form?: MetricForm
  /** Default `identity`. */
  init?: MetricInit
  /** The features that `pca` and `whiten` look at. */
  features?: Matrix
  /** Where `random` draws from. */
  prng?: Prng
}

const FORMS: readonly MetricForm[] = ['full', 'low-rank', 'diagonal']
const INITS: readonly MetricInit[] = ['identity', 'pca', 'whiten', 'random']

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

function checkChoice<T extends string>(what: string, value: T, choices: readonly T[]): void {
  if (choices.includes(value)) return
  const close = nearest(value, choices)
  const remedy = close ? `Did you mean ${close}?` : 'Choose one of them.'
  throw new InputError(what, { expected: `one of ${choices.join(', ')}`, received: String(value), remedy })
}

/** The `rank` largest eigenvalues of XᵀX/N for features [N, d], and their eigenvectors as rows [rank, d]. */
async function principal(x: Matrix, rank: number): Promise<{ values: Float32Array; rows: tf.Tensor2D }> {
  const energy = tf.tidy(() => {
    const t = tf.tensor2d(x.data, x.shape as [number, number])
    return tf.div(product(t, t, { a: true }), x.shape[0]) as tf.Tensor2D
  })
  try {
    const { values, vectors } = await symmetricEigen(energy)
    const d = x.shape[1]
    const rows = tf.tensor2d(Float32Array.from(vectors.subarray(0, rank * d)), [rank, d])
    return { values: Float32Array.from(values.subarray(0, rank)), rows }
  } finally {
    energy.dispose()
  }
}

async function initial(
  init: MetricInit,
  rank: number,
  dim: number,
  { features, prng }: Pick<MahalanobisOptions, 'features' | 'prng'>,
): Promise<tf.Tensor2D> {
  if (init === 'identity') return tf.eye(rank, dim)
  if (init === 'random') {
    if (!prng) {
      const remedy = 'Pass prng: Prng.fromSeed(…).'
      throw new InputError('prng', { expected: 'a generator for init random', received: 'none', remedy })
    }
    return tf.tensor2d(
      prng.normals(rank * dim).map((value) => value / Math.sqrt(dim)),
      [rank, dim],
    )
  }
  if (!features) {
    const remedy = 'Pass the features to fit on.'
    throw new InputError('features', { expected: `features for init ${init}`, received: 'none', remedy })
  }
  if (features.shape[1] !== dim) {
    const remedy = 'Give dim the width of the features.'
    throw new InputError('features', { expected: `rows of ${dim} numbers`, received: `${features.shape[1]}`, remedy })
  }
  const { values, rows } = await principal(features, rank)
  if (init === 'pca') return rows
  const floor = values[0] * 1e-6
  const scales = tf.tensor2d(
    values.map((value) => 1 / Math.sqrt(Math.max(value, floor))),
    [rank, 1],
  )
  const whitened = tf.mul(rows, scales) as tf.Tensor2D
  tf.dispose([rows, scales])
  return whitened
}

/**
 * The metric layer of DML-CRC: a linear map whose Gram matrix is the Mahalanobis matrix, positive semi-definite by
 * construction.
 * @throws {InputError} for an unknown form or init, a rank outside 1 … d, or an init without what it needs.
 */
export async function mahalanobis(options: MahalanobisOptions): Promise<Mahalanobis> {
  const { dim, rank = dim, init = 'identity' } = options
  const form = options.form ?? (rank < dim ? 'low-rank' : 'full')
  checkCount('dim', dim)
  checkCount('rank', rank)
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
  const start = form === 'diagonal' ? tf.ones([dim]) : await initial(init, rank, dim, options)
  const variable = tf.variable(start)
  start.dispose()
  const isDiagonal = form === 'diagonal'

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
