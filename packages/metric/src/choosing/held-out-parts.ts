import { cholesky, choleskySolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { arrange, classLayout, gramBlocks, sumByClass, toClasses } from '../coding/class-layout.ts'
import { innerProducts } from '../coding/kernel.ts'
import { product } from '../coding/product.ts'
import { classResiduals } from '../coding/residuals.ts'
import { codesOf, isDual, ridgeCode, ridgeInverse } from '../coding/ridge-code.ts'
import { unitRows } from '../model/normalisation.ts'
import { type Matrix, mapRows, toTensor } from '../samples/matrix.ts'
import { withTensors } from '../samples/with-tensors.ts'
import type { RuleParts } from './rule-weights.ts'
import type { ImageSamples } from './samples-at.ts'
import { type ScatterOptions, scatterMetric } from './scatter-metric.ts'

/** The numbers that make a DML-CRC out of samples. */
export interface Candidate extends ScatterOptions {
  /** γ of the Gaussian kernel; 0 for plain inner products. */
  readonly gamma: number
  readonly lambda: number
}

/** Samples to fit on, and samples held out of that. */
export interface HeldOut {
  /** What the held-out samples get in the metric, kernel and λ of a candidate that is made of the others. */
  parts(candidate: Candidate): Promise<RuleParts>
  dispose(): void
}

export function heldOut({ images: fit, views }: ImageSamples, { images: held }: ImageSamples): HeldOut {
  const metric = scatterMetric(views)
  const layout = classLayout(fit.labels)
  const kept = toTensor(fit.features)
  return {
    parts: ({ gamma, lambda, ...scatter }) =>
      withTensors(async (own) => {
        const factor = own(await metric.factor(scatter))
        const embed = (x: tf.Tensor2D) => unitRows(product(x, factor, { b: true }))
        const kernel = gamma > 0 ? gamma : undefined
        const { d, blocks, code } = own(
          tf.tidy(() => {
            const samples = embed(kept)
            const d = arrange(samples, layout)
            return { d, blocks: gramBlocks(d, layout, kernel), code: coder(samples, lambda, kernel) }
          }),
        )
        const { classes } = layout
        const both = await mapRows(held.features, Math.max(layout.rows, 2 * classes), (rows) => {
          const queries = embed(rows)
          const alpha = arrange(codesBy(code, queries, kernel), layout)
          const residuals = classResiduals(alpha, { d, layout, blocks, gamma: kernel }, { targets: queries })
          return tf.concat([toClasses(residuals, layout), toClasses(sumByClass(alpha, layout), layout)], 1)
        })
        return { residual: columns(both, 0, classes), ridge: columns(both, classes, 2 * classes), labels: held.labels }
      }),
    dispose() {
      metric.dispose()
      kept.dispose()
    },
  }
}

/** What codes over samples are taken with: the factor of their system [N, N], or, where that is larger, one of the columns. */
type Coder = { samples: tf.Tensor2D } & ({ factor: tf.Tensor2D } | { inverse: tf.Tensor2D })

function coder(samples: tf.Tensor2D, lambda: number, kernel?: number): Coder {
  if (!isDual(samples.shape, kernel)) return { samples, inverse: ridgeInverse(samples, lambda) }
  const system = tf.add(innerProducts(samples, samples, kernel), tf.mul(tf.eye(samples.shape[0]), lambda))
  return { samples, factor: cholesky(system) as tf.Tensor2D }
}

/** [N, B] */
function codesBy(code: Coder, queries: tf.Tensor2D, kernel?: number): tf.Tensor2D {
  const { samples } = code
  if ('inverse' in code) return codesOf(ridgeCode(samples, code.inverse), queries)
  return choleskySolve(code.factor, innerProducts(samples, queries, kernel)) as tf.Tensor2D
}

/** Columns `begin` to `end`, without `end`. */
function columns({ data, shape: [rows, width] }: Matrix, begin: number, end: number): Matrix {
  const out = new Float32Array(rows * (end - begin))
  for (let i = 0; i < rows; i++) out.set(data.subarray(i * width + begin, i * width + end), i * (end - begin))
  return { data: out, shape: [rows, end - begin] }
}

/** The parts of several folds, one below the other. */
export function ruleParts(folds: readonly RuleParts[]): RuleParts {
  const stack = (matrices: readonly Matrix[]): Matrix => {
    const rows = matrices.reduce((sum, { shape }) => sum + shape[0], 0)
    const data = new Float32Array(rows * matrices[0].shape[1])
    let at = 0
    for (const matrix of matrices) {
      data.set(matrix.data, at)
      at += matrix.data.length
    }
    return { data, shape: [rows, matrices[0].shape[1]] }
  }
  return {
    residual: stack(folds.map(({ residual }) => residual)),
    ridge: stack(folds.map(({ ridge }) => ridge)),
    labels: Int32Array.from(folds.flatMap(({ labels }) => [...labels])),
  }
}
