import { NumericalError } from '@dml-crc/core/errors'
import { factorCholesky, type Pivot } from './host-factor.ts'

/** The error for a matrix `a` [n, n] whose Cholesky factorisation met `pivot`; `which` names it within a batch. */
export function notPositiveDefinite(a: ArrayLike<number>, n: number, pivot: Pivot, which = ''): NumericalError {
  const value = Number.isNaN(pivot.value) ? 'NaN' : pivot.value.toPrecision(4)
  const lambda = Number.isNaN(pivot.value) ? undefined : sufficientRidge(a, n)
  return new NumericalError(`Cholesky factorisation of a ${n}×${n} matrix${which}`, {
    expected: 'a symmetric positive definite matrix, every pivot above zero',
    received: `pivot ${value} in row ${pivot.index}`,
    remedy:
      lambda === undefined
        ? 'The matrix holds values that are not finite: look for them in what it was made from.'
        : `Add λ·I with λ ≥ ${lambda.toExponential(0)}, the least power of ten found to suffice.`,
  })
}

/** The least power of ten that, added to the diagonal of `a`, lets the factorisation end. */
function sufficientRidge(a: ArrayLike<number>, n: number): number {
  let largest = 0
  for (let i = 0; i < n; i++) largest = Math.max(largest, Math.abs(a[i * n + i]!))
  // Below 1e-7 of the diagonal a ridge is lost in the rounding of float32.
  let lambda = 10 ** Math.ceil(Math.log10(Math.max(largest, 1e-30) * 1e-7))
  for (;;) {
    const trial = Float64Array.from(a)
    for (let i = 0; i < n; i++) trial[i * n + i]! += lambda
    if (!factorCholesky(trial, n)) return lambda
    lambda *= 10
  }
}
