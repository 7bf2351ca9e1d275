import { InputError } from '@dml-crc/core/errors'
import type { Prng } from '@dml-crc/core/prng'

export interface PairedBootstrap {
  /** Mean difference, first less second. */
  readonly mean: number
  /** Its 95 % interval. */
  readonly low: number
  readonly high: number
  /** Two-sided: twice the share of resamples on the other side of no difference, at most 1. */
  readonly pValue: number
}

export interface PairedBootstrapOptions {
  prng: Prng
  /** Default 10,000, so that the smallest p is 2e-4. */
  resamples?: number
}

/**
 * Whether one method is better than another on the same samples, by resampling the samples: what they share of easy and
 * hard ones cancels in each difference.
 * Source: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 16; the two-sided p with one added to both counts,
 * Davison, Hinkley, "Bootstrap Methods and their Application", 1997, ch. 4.
 * @param differences [n] for each sample, the first method's hits (the mean over its seeds) less the second's
 * @throws {InputError} for no differences.
 */
export function pairedBootstrap(
  differences: ArrayLike<number>,
  { prng, resamples = 10_000 }: PairedBootstrapOptions,
): PairedBootstrap {
  const n = differences.length
  if (n === 0) {
    const remedy = 'Compare methods on at least one sample.'
    throw new InputError('pairedBootstrap', { expected: 'one or more differences', received: 'none', remedy })
  }
  const means = new Float64Array(resamples)
  for (let r = 0; r < resamples; r++) {
    let sum = 0
    for (let i = 0; i < n; i++) sum += differences[prng.int(n)]
    means[r] = sum / n
  }
  means.sort()
  const notAbove = means.reduce((count, value) => count + (value <= 0 ? 1 : 0), 0)
  const notBelow = means.reduce((count, value) => count + (value >= 0 ? 1 : 0), 0)
  let mean = 0
  for (let i = 0; i < n; i++) mean += differences[i]
  return {
    mean: mean / n,
    low: means[Math.floor(0.025 * resamples)],
    high: means[Math.min(resamples - 1, Math.floor(0.975 * resamples))],
    pValue: Math.min(1, (2 * (Math.min(notAbove, notBelow) + 1)) / (resamples + 1)),
  }
}
