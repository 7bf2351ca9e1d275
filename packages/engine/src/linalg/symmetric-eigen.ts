import { InputError, NumericalError } from '@dml-crc/core'
import type * as tf from '@tensorflow/tfjs'

export interface SymmetricEigen {
  /** [n], from the largest to the smallest. */
  values: Float64Array
  /** [n, n] row-major: ROW i is the unit eigenvector of `values[i]`. */
  vectors: Float64Array
}

/**
 * Eigenvalues and eigenvectors of one symmetric matrix, on the host in float64: Householder reduction to
 * tridiagonal form, then QL with implicit shifts (Bowdler, Martin, Reinsch, Wilkinson, "The QR and QL algorithms
 * for symmetric matrices", Numerische Mathematik 11, 1968).
 *
 * @param a a tensor [n, n], or its n·n numbers by rows; only the lower triangle is read
 * @throws InputError unless a is square; NumericalError where it holds numbers that are not finite.
 */
export async function symmetricEigen(a: tf.Tensor2D | ArrayLike<number>): Promise<SymmetricEigen> {
  const numbers = isTensor(a) ? await a.data() : a
  const n = Math.round(Math.sqrt(numbers.length))
  if (n * n !== numbers.length || (isTensor(a) && a.shape[0] !== a.shape[1])) {
    throw new InputError('symmetricEigen', {
      expected: 'one square matrix',
      received: isTensor(a) ? `shape [${a.shape}]` : `${numbers.length} numbers`,
      remedy: 'Give a tensor [n, n] or n·n numbers.',
    })
  }
  const v = Float64Array.from(numbers)
  if (!v.every(Number.isFinite)) {
    throw new NumericalError('symmetricEigen', {
      expected: 'finite numbers',
      received: 'NaN or infinity in the matrix',
      remedy: 'Look for them in what the matrix was made from.',
    })
  }
  const diagonal = new Float64Array(n)
  const beside = new Float64Array(n)
  tridiagonalise(v, diagonal, beside, n)
  diagonalise(v, diagonal, beside, n)
  return sorted(v, diagonal, n)
}

const isTensor = (a: tf.Tensor2D | ArrayLike<number>): a is tf.Tensor2D => 'data' in a

/**
 * Reduces the matrix in `v` to tridiagonal form by Householder reflections. Leaves the diagonal in `d`, what is
 * beside it in `e[1..]`, and in `v` the transposed product Qᵀ of the reflections, so that rows are vectors.
 */
function tridiagonalise(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  const reflections: { u: Float64Array; h: number }[] = []
  const p = new Float64Array(n)
  for (let i = n - 1; i >= 1; i--) {
    // u reflects row i onto its last entry left of the diagonal.
    const u = v.slice(i * n, i * n + i)
    let sum = 0
    for (let k = 0; k < i; k++) sum += u[k]! * u[k]!
    const last = u[i - 1]!
    const length = last > 0 ? -Math.sqrt(sum) : Math.sqrt(sum)
    e[i] = length
    u[i - 1] = last - length
    const h = sum - last * length
    reflections.push({ u, h })
    if (h === 0) continue
    // p = A u / h from the lower triangle alone; q = p − (uᵀp / 2h) u; A ← A − q uᵀ − u qᵀ.
    p.fill(0, 0, i)
    for (let r = 0; r < i; r++) {
      const row = r * n
      const ur = u[r]!
      let dot = v[row + r]! * ur
      for (let c = 0; c < r; c++) {
        dot += v[row + c]! * u[c]!
        p[c]! += v[row + c]! * ur
      }
      p[r]! += dot
    }
    let up = 0
    for (let k = 0; k < i; k++) {
      p[k]! /= h
      up += u[k]! * p[k]!
    }
    const half = up / (2 * h)
    for (let k = 0; k < i; k++) p[k]! -= half * u[k]!
    for (let r = 0; r < i; r++) {
      const row = r * n
      const ur = u[r]!
      const qr = p[r]!
      for (let c = 0; c <= r; c++) v[row + c]! -= qr * u[c]! + ur * p[c]!
    }
  }
  for (let i = 0; i < n; i++) d[i] = v[i * n + i]!
  accumulate(v, reflections, n)
}

/** Fills `v` with the transposed product of the reflections I − u·uᵀ/h, the last made first. */
function accumulate(v: Float64Array, reflections: { u: Float64Array; h: number }[], n: number): void {
  v.fill(0)
  for (let i = 0; i < n; i++) v[i * n + i] = 1
  const w = new Float64Array(n)
  for (const { u, h } of reflections.reverse()) {
    const size = u.length
    if (h === 0) continue
    // Q = H_{n-1}···H_1, and its transpose grows from the small reflections to the large: V ← V·H.
    for (let r = 0; r < size; r++) {
      const row = r * n
      let dot = 0
      for (let c = 0; c < size; c++) dot += v[row + c]! * u[c]!
      w[r] = dot / h
    }
    for (let r = 0; r < size; r++) {
      const row = r * n
      const wr = w[r]!
      for (let c = 0; c < size; c++) v[row + c]! -= wr * u[c]!
    }
  }
}

/** QL with implicit shifts on the tridiagonal (d, e); turns the rows of `v` along. */
function diagonalise(v: Float64Array, d: Float64Array, e: Float64Array, n: number): void {
  e.copyWithin(0, 1)
  if (n > 0) e[n - 1] = 0
  for (let l = 0; l < n; l++) {
    for (let sweep = 0; ; sweep++) {
      let m = l
      while (m < n - 1 && Math.abs(e[m]!) > Number.EPSILON * (Math.abs(d[m]!) + Math.abs(d[m + 1]!))) m++
      if (m === l) break
      if (sweep === 60) {
        throw new NumericalError('symmetricEigen', {
          expected: 'convergence within 60 sweeps',
          received: `eigenvalue ${l} of ${n} still moving`,
          remedy: 'Scale the matrix to a norm near one.',
        })
      }
      let g = (d[l + 1]! - d[l]!) / (2 * e[l]!)
      let r = Math.hypot(g, 1)
      g = d[m]! - d[l]! + e[l]! / (g + (g >= 0 ? r : -r))
      let s = 1
      let c = 1
      let p = 0
      let i = m - 1
      for (; i >= l; i--) {
        const f = s * e[i]!
        const b = c * e[i]!
        r = Math.hypot(f, g)
        e[i + 1] = r
        if (r === 0) {
          d[i + 1]! -= p
          e[m] = 0
          break
        }
        s = f / r
        c = g / r
        g = d[i + 1]! - p
        r = (d[i]! - g) * s + 2 * c * b
        p = s * r
        d[i + 1] = g + p
        g = c * r - b
        turn(v, i * n, n, c, s)
      }
      if (r === 0 && i >= l) continue
      d[l]! -= p
      e[l] = g
      e[m] = 0
    }
  }
}

/** Rotates the neighbouring rows that begin at `start` and `start + n`. */
function turn(v: Float64Array, start: number, n: number, c: number, s: number): void {
  for (let k = start, next = start + n; k < start + n; k++, next++) {
    const low = v[k]!
    const high = v[next]!
    v[next] = s * low + c * high
    v[k] = c * low - s * high
  }
}

function sorted(v: Float64Array, d: Float64Array, n: number): SymmetricEigen {
  const order = Array.from(d.keys()).sort((i, j) => d[j]! - d[i]!)
  const vectors = new Float64Array(n * n)
  order.forEach((from, to) => {
    vectors.set(v.subarray(from * n, from * n + n), to * n)
  })
  return { values: Float64Array.from(order, (i) => d[i]!), vectors }
}
