/** Smallest pivot of a failed factorisation. */
export interface Pivot {
  index: number
  value: number
}

/**
 * Overwrites the lower triangle of row-major `a` [n, n] by its Cholesky factor and clears the upper one
 * (Golub & Van Loan, Matrix Computations, 4.2.5, by rows). Stops at a pivot that is not above zero and returns it.
 */
export function factorCholesky(a: Float64Array, n: number): Pivot | undefined {
  for (let i = 0; i < n; i++) {
    const rowI = i * n
    for (let j = 0; j <= i; j++) {
      const rowJ = j * n
      let sum = a[rowI + j]!
      for (let k = 0; k < j; k++) sum -= a[rowI + k]! * a[rowJ + k]!
      if (j < i) a[rowI + j] = sum / a[rowJ + j]!
      else if (sum > 0) a[rowI + i] = Math.sqrt(sum)
      else return { index: i, value: sum }
    }
    a.fill(0, rowI + i + 1, rowI + n)
  }
  return undefined
}

/**
 * Overwrites `x` [n, k] by the solution of t·x = x, where t is the lower or upper triangle of `m` [n, n],
 * or its transpose. Works along the rows of x, so that the inner loop runs over memory in order.
 */
export function substitute(
  m: Float64Array | Float32Array,
  x: Float64Array,
  n: number,
  k: number,
  { lower, adjoint }: { lower: boolean; adjoint: boolean },
): void {
  const forward = lower !== adjoint
  for (let step = 0; step < n; step++) {
    const i = forward ? step : n - 1 - step
    const rowI = i * k
    const first = forward ? 0 : i + 1
    const last = forward ? i : n
    for (let j = first; j < last; j++) {
      const factor = adjoint ? m[j * n + i]! : m[i * n + j]!
      if (factor === 0) continue
      const rowJ = j * k
      for (let c = 0; c < k; c++) x[rowI + c]! -= factor * x[rowJ + c]!
    }
    const diagonal = m[i * n + i]!
    for (let c = 0; c < k; c++) x[rowI + c]! /= diagonal
  }
}

/**
 * Overwrites `a` [n, n] by its factors l (below the diagonal, ones on it) and u, rows exchanged as `p` says:
 * row i of l·u is row p[i] of a (Golub & Van Loan, 3.4.1, partial pivoting).
 */
export function factorLu(a: Float64Array, p: Int32Array, n: number): void {
  for (let i = 0; i < n; i++) p[i] = i
  for (let k = 0; k < n; k++) {
    let best = k
    for (let i = k + 1; i < n; i++) if (Math.abs(a[i * n + k]!) > Math.abs(a[best * n + k]!)) best = i
    if (best !== k) {
      const row = a.slice(k * n, k * n + n)
      a.copyWithin(k * n, best * n, best * n + n)
      a.set(row, best * n)
      ;[p[k], p[best]] = [p[best]!, p[k]!]
    }
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k]! / a[k * n + k]!
      a[i * n + k] = factor
      for (let j = k + 1; j < n; j++) a[i * n + j]! -= factor * a[k * n + j]!
    }
  }
}
