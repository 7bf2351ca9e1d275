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
 * hard ones cancels in each difference. Several sets of samples are resampled each by itself, and count alike.
 * Source: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 16 (ch. 8.3 for several sets); the two-sided p with
 * one added to both counts, Davison, Hinkley, "Bootstrap Methods and their Application", 1997, ch. 4.
 * @param sets for each set of samples the differences [n]: the first method's hits (the mean over its seeds) less the second's
 * @throws {InputError} for no set, or one without differences.
 */
export function pairedBootstrap(
  sets: readonly ArrayLike<number>[],
  { prng, resamples = 10_000 }: PairedBootstrapOptions,
): PairedBootstrap {
  if (sets.length === 0 || sets.some(({ length }) => length === 0)) {
    const remedy = 'Compare methods on at least one sample.'
    throw new InputError('pairedBootstrap', { expected: 'one or more differences a set', received: 'none', remedy })
  }
  const meanOverSets = (index: (n: number, i: number) => number) =>
    sets.reduce((total, differences) => {
      const n = differences.length
      let sum = 0
      for (let i = 0; i < n; i++) sum += differences[index(n, i)]
      return total + sum / n
    }, 0) / sets.length
  const means = Float64Array.from({ length: resamples }, () => meanOverSets((n) => prng.int(n))).sort()
  const notAbove = means.reduce((count, value) => count + (value <= 0 ? 1 : 0), 0)
  const notBelow = means.reduce((count, value) => count + (value >= 0 ? 1 : 0), 0)
  return {
    mean: meanOverSets((_, i) => i),
    low: means[Math.floor(0.025 * resamples)],
    high: means[Math.min(resamples - 1, Math.floor(0.975 * resamples))],
    pValue: Math.min(1, (2 * (Math.min(notAbove, notBelow) + 1)) / (resamples + 1)),
  }
}
