import { grouped } from './grouped.ts'
import type { Row } from './schema.ts'

/** The rows of one method on one backbone that differ in their seed only. */
export interface Summary {
  first: Row
  /** One for each seed. */
  rows: readonly Row[]
  seeds: number[]
  top1: MeanAndSpread
  top5: MeanAndSpread
  meanPerClass: MeanAndSpread
  fitSeconds: number
  classifySeconds: number
}

export interface MeanAndSpread {
  mean: number
  /** Standard deviation over the seeds (n − 1), absent for one seed. */
  spread?: number
}

/** Gathers rows by everything but the seed, in the order in which they first appear. */
export function summarise(rows: readonly Row[]): Summary[] {
  const groups = grouped(rows, ({ dataset, split, backbone, weights, layer, regime, method, entry }) =>
    JSON.stringify([dataset, split.fit, split.test, backbone, weights, layer, regime, method, entry]),
  )
  return groups.map((group) => ({
    first: group[0],
    rows: group,
    seeds: group.map(({ seed }) => seed),
    top1: meanAndSpread(group.map(({ top1 }) => top1)),
    top5: meanAndSpread(group.map(({ top5 }) => top5)),
    meanPerClass: meanAndSpread(group.map(({ meanPerClass }) => meanPerClass)),
    fitSeconds: meanAndSpread(group.map(({ seconds }) => seconds.fit)).mean,
    classifySeconds: meanAndSpread(group.map(({ seconds }) => seconds.classify)).mean,
  }))
}

export function meanAndSpread(values: readonly number[]): MeanAndSpread {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  if (values.length < 2) return { mean }
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, spread: Math.sqrt(squares / (values.length - 1)) }
}

/** `91.2` or `91.2 ± 0.3`, in percent. */
export function percent({ mean, spread }: MeanAndSpread): string {
  const text = (100 * mean).toFixed(1)
  return spread === undefined ? text : `${text} ± ${(100 * spread).toFixed(1)}`
}
