import { InputError } from '@dml-crc/core/errors'
import { checkWhole } from '@dml-crc/core/numbers'
import type { Prng } from '@dml-crc/core/prng'

export interface McNemar {
  /** Samples that only the first got right, and only the second. */
  readonly onlyFirst: number
  readonly onlySecond: number
  /** Probability of so uneven a split, or a more uneven one, if both were equally good. */
  readonly pValue: number
}

function checkLengths(labels: ArrayLike<number>, ...predictions: ArrayLike<number>[]): void {
  for (const predicted of predictions) {
    if (predicted.length === labels.length && labels.length > 0) continue
    throw new InputError('predictions', {
      expected: `${labels.length} labels, at least one, as there are true ones`,
      received: `${predicted.length}`,
      remedy: 'Compare predictions for the same samples.',
    })
  }
}

/** log k! for k = 0 … n. */
function logFactorials(n: number): Float64Array {
  const out = new Float64Array(n + 1)
  for (let k = 1; k <= n; k++) out[k] = out[k - 1] + Math.log(k)
  return out
}

/**
 * McNemar's test, exact and two-sided: of the samples that just one of two classifiers got right, are too many the
 * same one's? Source: McNemar, Psychometrika 1947, with the binomial distribution instead of its approximation.
 * @throws {InputError} for predictions of different lengths.
 */
export function mcnemar(first: ArrayLike<number>, second: ArrayLike<number>, labels: ArrayLike<number>): McNemar {
  checkLengths(labels, first, second)
  let onlyFirst = 0
  let onlySecond = 0
  for (let i = 0; i < labels.length; i++) {
    const a = first[i] === labels[i]
    const b = second[i] === labels[i]
    if (a && !b) onlyFirst++
    if (b && !a) onlySecond++
  }
  const n = onlyFirst + onlySecond
  const logs = logFactorials(n)
  let tail = 0
  for (let k = 0; k <= Math.min(onlyFirst, onlySecond); k++) {
    tail += Math.exp(logs[n] - logs[k] - logs[n - k] - n * Math.LN2)
  }
  return { onlyFirst, onlySecond, pValue: Math.min(1, 2 * tail) }
}

export interface BootstrapOptions {
  /** Probability that the interval covers. Default 0.95. */
  confidence?: number
  /** Default 2000. */
  resamples?: number
  prng: Prng
}

/**
 * The percentile bootstrap interval of a mean, for instance of 0/1 hits, or of the differences of two methods' hits
 * on the same samples. Source: Efron, Tibshirani, "An Introduction to the Bootstrap", 1993, ch. 13.
 * @throws {InputError} for no values or a confidence outside (0, 1).
 */
export function bootstrapInterval(
  values: ArrayLike<number>,
  { confidence = 0.95, resamples = 2000, prng }: BootstrapOptions,
): { low: number; mean: number; high: number } {
  checkWhole('resamples', resamples)
  if (values.length === 0 || !(confidence > 0 && confidence < 1)) {
    throw new InputError('bootstrapInterval', {
      expected: 'one or more values, and a confidence between 0 and 1',
      received: `${values.length} values, confidence ${confidence}`,
      remedy: 'Pass for instance a 0 or 1 for each sample, and 0.95.',
    })
  }
  const meanOf = (pick: (i: number) => number) => {
    let sum = 0
    for (let i = 0; i < values.length; i++) sum += values[pick(i)]
    return sum / values.length
  }
  const means = Float64Array.from({ length: resamples }, () => meanOf(() => prng.int(values.length))).sort()
  const at = (share: number) => means[Math.min(resamples - 1, Math.floor(share * resamples))]
  return { low: at((1 - confidence) / 2), mean: meanOf((i) => i), high: at((1 + confidence) / 2) }
}

/** 1 where a prediction is right and 0 where not: values for {@link bootstrapInterval}. */
export function hits(predicted: ArrayLike<number>, labels: ArrayLike<number>): Float64Array {
  checkLengths(labels, predicted)
  return Float64Array.from(labels, (label, i) => (predicted[i] === label ? 1 : 0))
}
