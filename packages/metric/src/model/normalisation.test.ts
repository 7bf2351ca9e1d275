import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import { toMatrix } from '../samples/matrix.ts'
import { fitNormalisation, normalise } from './normalisation.ts'

beforeAll(() => loadEngine({ prefer: 'cpu' }))

const choice = { signedSquareRoot: true, unitNorm: true, center: false }

it('rows have length one after the signed root, and zeros stay', async () => {
  const x = tf.tensor2d([4, -9, 0, 0, 0, 0], [2, 3])
  const exact = normalise(x, await fitNormalisation(await toMatrix(x), choice)).dataSync()
  const expected = [2, -3, 0, 0, 0, 0].map((value) => value / Math.sqrt(13))
  expected.forEach((value, i) => {
    expect(exact[i]).toBeCloseTo(value, 6)
  })
  const smooth = normalise(x, { signedSquareRoot: true, rootEpsilon: 1e-4, unitNorm: true }).dataSync()
  expected.forEach((value, i) => {
    expect(smooth[i]).toBeCloseTo(value, 2)
  })
})

it('the smooth root has a gradient at zero', () => {
  const sum = (x: tf.Tensor) =>
    tf.sum(normalise(x as tf.Tensor2D, { signedSquareRoot: true, rootEpsilon: 1e-4, unitNorm: false }))
  const [slope] = tf
    .grad(sum)(tf.tensor2d([1e-8], [1, 1]))
    .dataSync()
  expect(slope).toBeCloseTo(1 / (2 * Math.sqrt(1e-4)), 1)
})

it('centred features lose what they share, and have length one again', async () => {
  const rows = [
    [3, 1, 2, 9],
    [4, 2, 2, 1],
    [1, 1, 6, 4],
  ]
  const x = tf.tensor2d(rows)
  const how = await fitNormalisation(await toMatrix(x), { ...choice, center: true })
  const unit = rows.map((row) => row.map((value) => Math.sqrt(value) / Math.sqrt(row.reduce((a, b) => a + b))))
  const mean = unit[0].map((_, j) => unit.reduce((sum, row) => sum + row[j], 0) / 3)
  const actual = normalise(x, how).dataSync()
  unit.forEach((row, i) => {
    const rest = row.map((value, j) => value - mean[j])
    rest.forEach((value, j) => {
      expect(how.center![j]).toBeCloseTo(mean[j], 6)
      expect(actual[i * 4 + j]).toBeCloseTo(value / Math.hypot(...rest), 5)
    })
  })
  expect(() => normalise(tf.tensor2d([[1, 2]]), how)).toThrow(/features: expected rows of 4 numbers/)
})
