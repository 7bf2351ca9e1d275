import { cholesky, choleskySolve } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { arrange, classLayout, sumByClass, toClasses } from '../coding/class-layout.ts'
import { innerProducts } from '../coding/kernel.ts'
import { product } from '../coding/product.ts'
import { classResiduals } from '../coding/residuals.ts'
import { unitRows } from '../model/normalisation.ts'
import { type Matrix, toMatrix, toTensor } from '../samples/matrix.ts'
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
  const kept = { fit: toTensor(fit.features), held: toTensor(held.features) }
  return {
    parts: ({ gamma, lambda, ...scatter }) =>
      withTensors(async (own) => {
        const factor = own(await metric.factor(scatter))
        const [residual, ridge] = own(
          tf.tidy(() => {
            const embed = (x: tf.Tensor2D) => unitRows(product(x, factor, { b: true }))
            const [samples, queries] = [embed(kept.fit), embed(kept.held)]
            const kernel = gamma > 0 ? gamma : undefined
            const system = tf.add(innerProducts(samples, samples, kernel), tf.mul(tf.eye(samples.shape[0]), lambda))
            const codes = choleskySolve(cholesky(system), innerProducts(samples, queries, kernel)) as tf.Tensor2D
            const alpha = arrange(codes, layout)
            const dictionary = { d: arrange(samples, layout), layout, gamma: kernel }
            const residuals = classResiduals(alpha, dictionary, { targets: queries })
            return [residuals, sumByClass(alpha, layout)].map((part) => toClasses(part, layout))
          }),
        )
        return { residual: await toMatrix(residual), ridge: await toMatrix(ridge), labels: held.labels }
      }),
    dispose() {
      metric.dispose()
      tf.dispose(kept)
    },
  }
}

/** The parts of several folds, one below the other. */
export function ruleParts(folds: readonly RuleParts[]): RuleParts {
  const stack = (matrices: readonly Matrix[]): Matrix => ({
    data: Float32Array.from(matrices.flatMap(({ data }) => [...data])),
    shape: [matrices.reduce((sum, { shape }) => sum + shape[0], 0), matrices[0].shape[1]],
  })
  return {
    residual: stack(folds.map(({ residual }) => residual)),
    ridge: stack(folds.map(({ ridge }) => ridge)),
    labels: Int32Array.from(folds.flatMap(({ labels }) => [...labels])),
  }
}
