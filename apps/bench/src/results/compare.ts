import type { Column } from '../command-line/table.ts'
import { type AcrossSets, compareAcrossSets } from './across-sets.ts'
import { type Candidate, type Comparison, compareToBaseline } from './comparison.ts'
import type { Details } from './details.ts'
import { readDetails, readResults } from './read.ts'
import type { Results } from './schema.ts'
import { percent, summarise } from './summary.ts'
import { rowKey } from './units.ts'

/** The methods of a run with what they said about each test image, where the run kept it. */
export function candidatesOf({ rows }: Pick<Results, 'rows'>, { predictions, test }: Details): Candidate[] {
  return summarise(rows).map((summary) => {
    const said = summary.rows.map((row) => predictions[rowKey(row)])
    return { summary, test, predictions: said.every((each) => each !== undefined) ? said : [] }
  })
}

/** A line of `dml-crc compare`. */
export interface ComparedMethod extends Omit<Comparison, 'candidate'> {
  run: string
  backbone: string
  regime: string
  method: string
  seeds: number[]
  /** Mean over the seeds, and their standard deviation. */
  top1: number
  spread?: number
  text: string
}

/**
 * Gathers the methods of runs: `lines`, best first, those on the same test images tested against the best baseline of these; and
 * `acrossSets`, where a method was measured on more than one set or network.
 * @throws DataError where a folder has no results
 */
export function compareRuns(runs: readonly string[]): { lines: ComparedMethod[]; acrossSets: AcrossSets[] } {
  const runOf = new Map<Candidate, string>()
  for (const run of runs) {
    for (const candidate of candidatesOf(readResults(run), readDetails(run))) runOf.set(candidate, run)
  }
  const lines = compareToBaseline([...runOf.keys()]).map(({ candidate, ...line }) => {
    const { first, seeds, top1 } = candidate.summary
    const { backbone, regime, method } = first
    const run = runOf.get(candidate)!
    return { run, backbone, regime, method, seeds, top1: top1.mean, spread: top1.spread, text: percent(top1), ...line }
  })
  return { lines, acrossSets: compareAcrossSets([...runOf.keys()]) }
}

export const COMPARE_COLUMNS: readonly Column[] = [
  { heading: 'run' },
  { heading: 'backbone' },
  { heading: 'regime' },
  { heading: 'method' },
  { heading: 'seeds', align: 'right' },
  { heading: 'top-1 %', align: 'right' },
  { heading: '95 % interval' },
  { heading: 'to the best baseline', align: 'right' },
  { heading: 'p (Holm)', align: 'right' },
  { heading: 'test' },
]

export const compareCells = (lines: readonly ComparedMethod[]): string[][] =>
  lines.map(({ run, backbone, regime, method, seeds, text, interval, test, ...line }) => [
    run,
    backbone,
    regime,
    method,
    String(seeds.length),
    text,
    intervalText(interval),
    differenceText(line),
    probabilityText(line.corrected),
    test ?? '',
  ])

export const ACROSS_SETS_COLUMNS: readonly Column[] = [
  { heading: 'method' },
  { heading: 'sets × networks', align: 'right' },
  { heading: 'not worse', align: 'right' },
  { heading: 'to the best baseline of each', align: 'right' },
  { heading: '95 % interval' },
  { heading: 'p', align: 'right' },
]

export const acrossSetsCells = (entries: readonly AcrossSets[]): string[][] =>
  entries.map(({ method, comparisons, notWorse, mean, low, high, p }) => [
    method,
    String(comparisons),
    String(notWorse),
    points(mean),
    `${points(low)} … ${points(high)}`,
    probabilityText(p),
  ])

/** `89.2 – 91.0`, in percent. */
export const intervalText = ({ low, high }: Comparison['interval']): string =>
  `${(100 * low).toFixed(1)} – ${(100 * high).toFixed(1)}`

/** `+1.3` points, or that the others are compared with this one. */
export function differenceText({ isReference, difference }: Pick<Comparison, 'isReference' | 'difference'>): string {
  if (isReference) return 'reference'
  return difference ? points(difference.mean) : ''
}

/** A difference of shares in percent: `+1.3`. */
const points = (difference: number) => `${difference < 0 ? '−' : '+'}${(100 * Math.abs(difference)).toFixed(1)}`

export const probabilityText = (p: number | undefined): string =>
  p === undefined ? '' : p < 1e-3 ? '< 0.001' : p.toFixed(3)
