import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { sideBySide } from './feature-parts.ts'

describe('sideBySide', () => {
  const wide = tf.tensor2d([3, -1, 0, 4, 100, 200, 300, 400], [2, 4])
  const narrow = tf.tensor2d([0.1, -0.3, 0, 0], [2, 2])

  it('leaves a single part as it is', () => {
    expect(sideBySide([wide])).toBe(wide)
  })

  it('gives every part the same sum of absolute values, and the whole a mean absolute value of 1', async () => {
    const rows = (await sideBySide([wide, narrow]).array()) as number[][]
    // Six numbers in two parts: each part has the absolute sum 3.
    const expected = [
      [...[3, -1, 0, 4].map((x) => (3 * x) / 8), ...[0.1, -0.3].map((x) => (3 * x) / 0.4)],
      [...[100, 200, 300, 400].map((x) => (3 * x) / 1000), 0, 0],
    ]
    for (const [i, row] of expected.entries()) {
      for (const [j, value] of row.entries()) expect(rows[i][j]).toBeCloseTo(value, 5)
    }
  })

  it('does not depend on the scale of a part, and has a finite gradient where one is zero', async () => {
    const scaled = await sideBySide([tf.mul(wide, 50), narrow] as tf.Tensor2D[]).data()
    const plain = await sideBySide([wide, narrow]).data()
    for (const [i, value] of plain.entries()) expect(scaled[i]).toBeCloseTo(value, 5)
    const gradient = await tf
      .grad((x) => tf.sum(tf.square(sideBySide([wide, x as tf.Tensor2D]))))(narrow)
      .data()
    expect(gradient.every(Number.isFinite)).toBe(true)
  })
})
