import { InputError } from '@dml-crc/core/errors'
import { checkPositive } from '@dml-crc/core/numbers'
import { symmetricEigen } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { arrangeMatrix, classLayout, gramBlocks, toClasses } from '../coding/class-layout.ts'
import { product } from '../coding/product.ts'
import { classResiduals, type Rule } from '../coding/residuals.ts'
import { normalisedSamples } from '../fitting/normalised-samples.ts'
import { crc } from '../methods/representation/crc.ts'
import { classCounts } from '../samples/checks.ts'
import { type Features, largest, toTensor } from '../samples/matrix.ts'

export interface CrcGridOptions {
  /** The λ to compare, each above 0. Default 0.01 … 10, a factor of about 3 apart. */
  lambdas?: readonly number[]
  /** The rules to compare. Default both. */
  rules?: readonly Rule[]
  /** [N] which rows are views of one image, as for `fit`. */
  groups?: ArrayLike<number>
}

export interface CrcGrid {
  readonly best: { lambda: number; rule: Rule; accuracy: number }
  readonly table: readonly { lambda: number; rule: Rule; accuracy: number }[]
}

const LAMBDAS = [0.01, 0.03, 0.1, 0.3, 1, 3, 10]

/**
 * The leave-one-out accuracy of CRC for a whole grid of λ: every sample is coded over all others. One eigenvalue
 * decomposition DᵀD = V diag(s) Vᵀ (or of DDᵀ, where that is smaller) gives S = D(DᵀD + λI)⁻¹Dᵀ for each λ, and the
 * code of sample b without itself is S_jb / (1 − S_bb), as in the PRESS statistic (Allen, Technometrics 1974).
 * @throws {InputError} for λ not above 0, or a class with a single sample.
 */
export async function crcGrid(
  features: Features,
  labels: ArrayLike<number>,
  { lambdas = LAMBDAS, rules = ['plain', 'ratio'], groups }: CrcGridOptions = {},
): Promise<CrcGrid> {
  for (const lambda of lambdas) checkPositive('lambda', lambda)
  const choice = crc.options.parse({})
  const { samples: checked } = await normalisedSamples(features, labels, choice, groups)
  const single = classCounts(checked.labels).indexOf(1)
  if (single >= 0 || lambdas.length === 0 || rules.length === 0) {
    throw new InputError('crcGrid', {
      expected: 'one or more λ and rules, and two or more samples of each class',
      received: single >= 0 ? `one sample of class ${single}` : 'an empty grid',
      remedy: 'Add samples or values to compare.',
    })
  }
  const layout = classLayout(checked.labels)
  const n = layout.rows
  const d = toTensor(arrangeMatrix(checked.features, layout))
  const primal = n >= d.shape[1]
  const gram = product(d, d, primal ? { a: true } : { b: true })
  const { values, vectors } = await symmetricEigen(gram)
  const kept = tf.tidy(() => {
    const basis = tf.tensor2d(Float32Array.from(vectors), gram.shape)
    // B with S = B diag(…) Bᵀ: DV with 1/(s+λ), or the eigenvectors of DDᵀ with s/(s+λ).
    const b = primal ? product(d, basis, { b: true }) : (tf.transpose(basis) as tf.Tensor2D)
    return { b, blocks: gramBlocks(d, layout), others: tf.sub(1, tf.eye(n)) as tf.Tensor2D }
  })
  const table: CrcGrid['table'][number][] = []
  for (const lambda of lambdas) {
    const alpha = tf.tidy(() => {
      const gains = Float32Array.from(values, (s) => (primal ? 1 : Math.max(s, 0)) / (Math.max(s, 0) + lambda))
      const s = product(tf.mul(kept.b, tf.tensor1d(gains)), kept.b, { b: true })
      const own = tf.sum(tf.mul(s, tf.eye(n)), 0)
      return tf.mul(tf.div(s, tf.sub(1, own)), kept.others) as tf.Tensor2D
    })
    for (const rule of rules) {
      const residuals = tf.tidy(() =>
        toClasses(classResiduals(alpha, { d, layout, blocks: kept.blocks }, { rule }), layout),
      )
      const data = (await residuals.data()).map((value) => -value) as Float32Array
      residuals.dispose()
      const predicted = largest({ data, shape: [n, layout.classes] })
      const right = layout.position.reduce((sum, row, i) => sum + (predicted[row] === checked.labels[i] ? 1 : 0), 0)
      table.push({ lambda, rule, accuracy: right / layout.samples })
    }
    alpha.dispose()
  }
  tf.dispose([d, gram, kept.b, kept.others, ...kept.blocks])
  return { best: table.reduce((a, b) => (b.accuracy > a.accuracy ? b : a)), table }
}
