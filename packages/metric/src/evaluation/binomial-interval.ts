import { InputError } from '@dml-crc/core/errors'

/** The normal quantile of 0.975, for intervals of 95 %. */
const Z = 1.959963984540054

/**
 * The 95 % interval of the probability behind a share of `count` independent samples, by the score of Wilson: the p with
 * |share − p| ≤ z·√(p(1−p)/count). It says what another test set of this size might give; for the difference of two
 * methods on one test set it is far too wide, because they share the images.
 * Source: Wilson, JASA 22, 1927.
 * @throws {InputError} for a share outside 0 … 1 or no samples.
 */
export function binomialInterval(share: number, count: number): { low: number; high: number } {
  if (!(share >= 0 && share <= 1) || !(count >= 1)) {
    throw new InputError('binomialInterval', {
      expected: 'a share from 0 to 1 of at least one sample',
      received: `${share} of ${count}`,
      remedy: 'Pass for instance an accuracy and the number of test images.',
    })
  }
  const weight = Z ** 2 / count
  const centre = (share + weight / 2) / (1 + weight)
  const half = (Math.sqrt((share * (1 - share)) / count + weight / (4 * count)) * Z) / (1 + weight)
  // At the ends the interval is closed on that side, up to rounding.
  return { low: share === 0 ? 0 : centre - half, high: share === 1 ? 1 : centre + half }
}
