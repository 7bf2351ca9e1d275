import { NumericalError, Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type EngineName, loadEngine } from '../engine.ts'
import { cholesky, choleskySolve, triangularSolve } from './cholesky.ts'
import { inverse, solve } from './solve.ts'
import { symmetricEigen, symmetricEigenvalues } from './symmetric-eigen.ts'

const largest = (t: tf.Tensor) => tf.tidy(() => tf.max(tf.abs(t)).dataSync()[0]!)
const product = (a: tf.Tensor, b: tf.Tensor) => tf.matMul(a, b)

/** A batch of matrices A = X·Xᵀ/n + I of shape [batch, n, n]. */
function positiveDefinite(batch: number, n: number, prng: Prng): tf.Tensor {
  const x = tf.tensor3d(prng.normals(batch * n * n), [batch, n, n])
  return tf.add(tf.div(tf.matMul(x, x, false, true), n), tf.eye(n))
}

describe.each<EngineName>(['wasm', 'cpu'])('on %s', (name) => {
  beforeAll(async () => {
    await loadEngine({ prefer: name })
  })
  beforeEach(() => tf.engine().startScope())
  afterEach(() => tf.engine().endScope())
  const prng = Prng.fromSeed(1)

  it.each([1, 2, 5, 31, 64, 100])('factors and solves with n = %i', (n) => {
    const a = positiveDefinite(2, n, prng)
    const b = tf.tensor3d(prng.normals(2 * n * 3), [2, n, 3])
    const l = cholesky(a)
    expect(largest(tf.sub(tf.matMul(l, l, false, true), a))).toBeLessThan(1e-5)
    expect(largest(tf.sub(product(l, triangularSolve(l, b)), b))).toBeLessThan(1e-5)
    expect(largest(tf.sub(tf.matMul(l, triangularSolve(l, b, { transpose: true }), true), b))).toBeLessThan(1e-5)
    expect(largest(tf.sub(product(a, choleskySolve(l, b)), b))).toBeLessThan(1e-4)
    expect(largest(tf.sub(product(a, solve(a, b, { positiveDefinite: true })), b))).toBeLessThan(1e-4)
    expect(largest(tf.sub(product(a, inverse(a)), tf.eye(n)))).toBeLessThan(1e-4)
  })

  it('keeps the backward error of float32 below 1e-5·‖A‖ at a condition number of 1e4', async () => {
    const n = 150
    // Orthonormal vectors of some symmetric matrix, with eigenvalues from 1 down to 1e-4.
    const { vectors } = await symmetricEigen(await positiveDefinite(1, n, prng).as1D().data())
    const q = tf.tensor2d(Float32Array.from(vectors), [n, n])
    const spread = tf.tensor2d(
      Array.from({ length: n }, (_, i) => 10 ** ((-4 * i) / (n - 1))),
      [n, 1],
    )
    const a = tf.matMul(q, tf.mul(q, spread), true)
    const b = tf.tensor2d(prng.normals(n * 4), [n, 4])
    const l = cholesky(a)
    expect(largest(tf.sub(tf.matMul(l, l, false, true), a))).toBeLessThan(1e-5)
    for (const x of [choleskySolve(l, b), solve(a, b), solve(a, b, { positiveDefinite: true })]) {
      expect(largest(tf.sub(product(a, x), b))).toBeLessThan(1e-5 * largest(x) * Math.sqrt(n))
    }
  })

  it('solves general systems that need row exchanges', () => {
    const a = tf.tensor3d([0, 1, 0, 0, 0, 2, 3, 0, 0, /**/ 1, 2, 3, 4, 5, 6, 7, 8, 10], [2, 3, 3])
    const x = tf.tensor3d([1, 2, 3, /**/ -1, 0, 4], [2, 3, 1])
    expect(largest(tf.sub(solve(a, product(a, x)), x))).toBeLessThan(1e-4)
  })

  it('agrees with finite differences in every gradient', () => {
    const a = positiveDefinite(2, 5, prng)
    const b = tf.tensor3d(prng.normals(30), [2, 5, 3])
    const weights = tf.tensor3d(prng.normals(50), [2, 5, 5])
    const skew = tf.tensor3d(prng.normals(50), [2, 5, 5])
    const functions: Record<string, (m: tf.Tensor, r: tf.Tensor) => tf.Tensor> = {
      cholesky: (m) => tf.mul(cholesky(m), weights),
      triangularSolve: (m, r) => tf.square(triangularSolve(cholesky(m), r)),
      transposedSolve: (m, r) => tf.square(triangularSolve(cholesky(m), r, { transpose: true })),
      choleskySolve: (m, r) => tf.square(choleskySolve(cholesky(m), r)),
      solvePositive: (m, r) => tf.square(solve(m, r, { positiveDefinite: true })),
      solveGeneral: (m, r) => tf.square(solve(tf.add(m, tf.mul(skew, 0.3)), r)),
      inverse: (m) => tf.mul(inverse(tf.add(m, tf.mul(skew, 0.3))), weights),
    }
    const step = 1e-3
    const half = tf.tensor3d(prng.normals(50), [2, 5, 5])
    const da = tf.add(half, tf.transpose(half, [0, 2, 1]))
    const db = tf.tensor3d(prng.normals(30), [2, 5, 3])
    for (const [label, f] of Object.entries(functions)) {
      // The second sum lets every function depend on r.
      const total = (m: tf.Tensor, r: tf.Tensor) => tf.add(tf.sum(f(m, r)), tf.sum(r)) as tf.Scalar
      const [ga, gb] = tf.grads(total)([a, b]) as [tf.Tensor, tf.Tensor]
      const at = (t: number) => total(tf.add(a, tf.mul(da, t)), tf.add(b, tf.mul(db, t))).dataSync()[0]!
      const numeric = (at(step) - at(-step)) / (2 * step)
      const analytic = tf.add(tf.sum(tf.mul(ga, da)), tf.sum(tf.mul(gb, db))).dataSync()[0]!
      expect(Math.abs(analytic - numeric), label).toBeLessThan(2e-2 * Math.max(1, Math.abs(numeric)))
    }
  })

  it('names the pivot of a matrix that is not positive definite, and a ridge that makes it so', () => {
    const a = tf.tensor2d([4, 2, 2, 0], [2, 2])
    let error: NumericalError | undefined
    try {
      cholesky(a)
    } catch (caught) {
      error = caught as NumericalError
    }
    expect(error).toBeInstanceOf(NumericalError)
    expect(error?.received).toBe('pivot -1.000 in row 1')
    const lambda = Number(/λ ≥ (\S+),/.exec(error!.remedy)![1])
    expect(() => cholesky(tf.add(a, tf.mul(tf.eye(2), lambda)))).not.toThrow()
  })

  it('refuses shapes that do not fit', () => {
    expect(() => cholesky(tf.zeros([2, 3]))).toThrow(/\[\.\.\., n, n\] float32.*\[2, 3\]/)
    expect(() => solve(tf.eye(3), tf.zeros([3]))).toThrow(/right-hand side: expected \[3, k\]/)
  })

  it('leaves no tensors behind', () => {
    const a = positiveDefinite(1, 4, prng)
    const before = tf.memory().numTensors
    tf.dispose([cholesky(a), inverse(a), inverse(a, { positiveDefinite: true })])
    tf.dispose(tf.grad((m: tf.Tensor) => tf.sum(inverse(m)))(a))
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('symmetricEigen', () => {
  it.each([1, 2, 3, 17, 60])('rebuilds a matrix of order %i from its vectors, values in falling order', async (n) => {
    const x = Prng.fromSeed(n).normals(n * n)
    const a = Float64Array.from({ length: n * n }, (_, k) => {
      const [i, j] = [Math.floor(k / n), k % n]
      return x[i * n + j]! + x[j * n + i]!
    })
    const { values, vectors } = await symmetricEigen(a)
    expect(await symmetricEigenvalues(a)).toEqual(values)
    for (let i = 0; i < n; i++) {
      if (i > 0) expect(values[i]!).toBeLessThanOrEqual(values[i - 1]!)
      for (let j = 0; j < n; j++) {
        let rebuilt = 0
        let inner = 0
        for (let k = 0; k < n; k++) {
          rebuilt += vectors[k * n + i]! * values[k]! * vectors[k * n + j]!
          inner += vectors[i * n + k]! * vectors[j * n + k]!
        }
        expect(Math.abs(rebuilt - a[i * n + j]!)).toBeLessThan(1e-10)
        expect(Math.abs(inner - (i === j ? 1 : 0))).toBeLessThan(1e-12)
      }
    }
  })

  it('keeps a matrix of equal eigenvalues, and refuses one that is not finite', async () => {
    const { values } = await symmetricEigen([2, 0, 0, 2])
    expect([...values]).toEqual([2, 2])
    for (const compute of [symmetricEigen, symmetricEigenvalues]) {
      await expect(compute([1, Number.NaN, Number.NaN, 1])).rejects.toThrow(NumericalError)
    }
  })
})
