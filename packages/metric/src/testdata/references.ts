import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, expect } from 'vitest'
import type { Matrix } from '../samples/matrix.ts'

export const matrix = (rows: number[][], scale = 1): Matrix => ({
  data: Float32Array.from(rows.flat(), (value) => value * scale),
  shape: [rows.length, rows[0].length],
})

/** The features as they are, as the references take them. */
export const PLAIN = { signedSquareRoot: false, unitNorm: false, center: false }

/** The tests of the file or block run on the `cpu` engine, and none may leave a tensor there. */
export function onCpuWithoutLeaks(): void {
  let before = 0
  beforeAll(() => loadEngine({ prefer: 'cpu' }))
  beforeEach(() => {
    before = tf.memory().numTensors
  })
  afterEach(() => expect(tf.memory().numTensors).toBe(before))
}

/** Compares numbers relative to the largest of those expected. */
export function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number> | readonly number[][],
  tolerance: number,
): void {
  const flat = Array.from(expected as ArrayLike<number | number[]>).flat()
  const size = Math.max(...flat.map(Math.abs))
  expect(actual.length).toBe(flat.length)
  for (const [i, value] of flat.entries()) expect(Math.abs(actual[i] - value)).toBeLessThan(tolerance * size)
}
