import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import { proCrc } from '../methods/representation/pro-crc.ts'
import { predict } from '../model/predict.ts'
import { arrange, classLayout, toClasses } from './class-layout.ts'
import { proCrcLeaveOneOutCodes } from './pro-crc-code.ts'
import { product } from './product.ts'
import { classResiduals } from './residuals.ts'

beforeAll(() => loadEngine({ prefer: 'cpu' }))

const labels = Int32Array.of(0, 2, 1, 2, 0, 1, 2, 2, 0, 2)
const rows = Array.from({ length: labels.length }, (_, i) => Array.from(Prng.fromSeed(5).split(i).normals(6)))
const layout = classLayout(labels)
const [lambda, gamma] = [0.4, 0.3]
const plain = { signedSquareRoot: false, unitNorm: false }

const residuals = (x: tf.Tensor2D, log: tf.Scalar) => {
  const d = arrange(x, layout)
  const alpha = proCrcLeaveOneOutCodes(d, layout, { lambda: tf.exp(log) as tf.Scalar, gamma })
  const targets = product(alpha, d, { a: true })
  return toClasses(classResiduals(alpha, { d, layout }, { targets }), layout)
}

it('leaving one out of ProCRC equals coding it over the others', async () => {
  const all = tf.tidy(() => residuals(tf.tensor2d(rows), tf.scalar(Math.log(lambda))).arraySync() as number[][])
  const classifier = proCrc.make({ ...plain, lambda, gamma })
  for (const i of labels.keys()) {
    const rest = [...labels.keys()].filter((j) => j !== i)
    const features = { data: Float32Array.from(rest.flatMap((j) => rows[j])), shape: [rest.length, 6] as const }
    const model = await classifier.fit(
      features,
      rest.map((j) => labels[j]),
    )
    const { scores } = await predict(model, { data: Float32Array.from(rows[i]), shape: [1, 6] })
    const own = all[layout.position[i]]
    scores.data.forEach((score, c) => {
      expect(own[c]).toBeCloseTo(-score, 3)
    })
  }
})

it('is differentiable by the dictionary and λ, as central differences say', () => {
  tf.tidy(() => {
    // Large classes weigh more in the sum, so that the derivatives do not cancel.
    const loss = (x: tf.Tensor2D, log: tf.Scalar) => tf.sum(tf.mul(residuals(x, log), tf.tensor2d([[0.3, -0.2, 0.5]])))
    const x = tf.tensor2d(rows)
    const log = tf.scalar(Math.log(lambda))
    const [byRows, byLog] = tf.grads((a, b) => loss(a as tf.Tensor2D, b as tf.Scalar))([x, log])
    const step = 1e-2
    const at = (change: tf.Tensor2D, by: number, ofLog = 0) =>
      loss(tf.add(x, tf.mul(change, by)), tf.add(log, ofLog)).dataSync()[0]
    const direction = tf.tensor2d(Prng.fromSeed(9).normals(60), [10, 6])
    const along = tf.sum(tf.mul(byRows, direction)).dataSync()[0]
    const difference = (at(direction, step / 10) - at(direction, -step / 10)) / (step / 5)
    expect(Math.abs(along - difference)).toBeLessThan(0.02 * Math.abs(difference))
    const onLog = (at(tf.zerosLike(x), 0, step) - at(tf.zerosLike(x), 0, -step)) / (2 * step)
    expect(Math.abs(byLog.dataSync()[0] - onLog)).toBeLessThan(0.02 * Math.abs(onLog) + 1e-3)
  })
})
