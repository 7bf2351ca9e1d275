import { InputError } from '@dml-crc/core/errors'
import * as tf from '@tensorflow/tfjs'
import { invertPositive } from '../coding/inverse.ts'
import { product } from '../coding/product.ts'
import { readLinear } from '../model/decisions/linear.ts'
import type { Decision, Model } from '../model/model.ts'
import { withTensors } from '../samples/with-tensors.ts'
import { discriminants } from './discriminants.ts'
import { type SampleSums, scatterOfSums } from './sample-sums.ts'
import { type ClassScatter, shrunkFactor } from './within-class.ts'

/** A method whose fit needs no more of the samples than their sums, with its options. */
export type SumsMethod =
  | { method: 'ridge' /** λ > 0 */; lambda: number }
  | { method: 'lda' /** 0 < s ≤ 1 */; shrinkage: number }
  | { method: 'ncm' }

/**
 * The model that `ridge`, `lda` or `ncm` fit to the samples of the sums, to rounding, with `center` off and the options given.
 * @throws {InputError} for a class without samples, or an option outside its range.
 */
export async function fitSums(sums: SampleSums, how: SumsMethod): Promise<Model> {
  check(sums, how)
  const { normalisation } = sums
  return { format: 1, method: LABELS[how.method], normalisation, decision: await decisionOf(sums, how) } as Model
}

const LABELS = { ridge: 'ridge', lda: 'LDA', ncm: 'NCM' }

function decisionOf(sums: SampleSums, how: SumsMethod): Promise<Decision> {
  const { counts, means, width } = sums
  if (how.method === 'ncm') {
    const prototypes = { data: Float32Array.from(means), shape: [counts.length, width] as const }
    return Promise.resolve({ kind: 'prototypes', prototypes, measure: 'distance' } as Decision)
  }
  return withTensors(async (own) => {
    const stats = own(scatterOfSums(sums))
    const kept = tf.tidy(() =>
      how.method === 'ridge'
        ? ridgeWeights(stats, counts, how.lambda)
        : discriminants(stats, shrunkFactor(stats, 1 - how.shrinkage, how.shrinkage), counts),
    )
    return readLinear(kept)
  })
}

/** (S + λI)⁻¹XᵀY with S the scatter of all samples and both sides centred: XᵀY has the columns n_c(m_c − m). */
function ridgeWeights({ centre, means, scatter }: ClassScatter, counts: ArrayLike<number>, lambda: number) {
  const n = tf.tensor2d(Float32Array.from(counts), [counts.length, 1])
  const moments = tf.mul(means, n) as tf.Tensor2D
  const system = tf.add(tf.add(scatter, product(means, moments, { a: true })), tf.mul(tf.eye(centre.shape[1]), lambda))
  const weights = product(invertPositive(system as tf.Tensor2D), moments, { b: true })
  const prior = tf.div(tf.squeeze(n, [1]), tf.sum(n))
  return { weights, bias: tf.sub(prior, tf.squeeze(product(centre, weights), [0])) as tf.Tensor1D }
}

function check({ counts }: SampleSums, how: SumsMethod): void {
  const empty = counts.indexOf(0)
  if (empty >= 0) {
    throw new InputError(`class ${empty}`, {
      expected: 'samples of every class',
      received: 'none in these sums',
      remedy: 'Merge the sums of all parts first.',
    })
  }
  if (how.method === 'ridge' && !(how.lambda > 0)) throw outOfRange('lambda', 'a number above 0', how.lambda)
  if (how.method === 'lda' && !(how.shrinkage > 0 && how.shrinkage <= 1))
    throw outOfRange('shrinkage', 'a number above 0 and at most 1', how.shrinkage)
}

const outOfRange = (name: string, expected: string, received: number) =>
  new InputError(name, { expected, received: `${received}`, remedy: 'Choose it in that range.' })
