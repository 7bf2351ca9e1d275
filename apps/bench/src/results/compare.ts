import { Prng } from '@dml-crc/core'
import { bootstrapInterval, hits, mcnemar } from '@dml-crc/metric'
import type { Column } from '../command-line/table.ts'
import { readResults } from './read.ts'
import { readDetails, rowKey } from './run-folder.ts'

/** A row of a run beside the best row on the same test images. */
export interface Comparison {
  run: string
  row: string
  top1: number
  /** 95 % interval of top1, by bootstrap over the test images. */
  interval?: readonly [number, number]
  /** Probability, by McNemar's exact test, of a difference from the best row as large as this one by chance. */
  p?: number
}

interface Candidate extends Comparison {
  predicted?: number[]
  labels: number[]
  images: string
}

/**
 * Gathers the rows of runs, best first; those on the same test images are tested against the best of these.
 * @throws DataError where a folder has no results
 */
export async function compareRuns(runs: readonly string[]): Promise<Comparison[]> {
  const candidates = runs.flatMap((run): Candidate[] => {
    const { rows } = readResults(run)
    const { predictions, test } = readDetails(run)
    return rows.map((row) => {
      const key = rowKey(row)
      const { ids, labels } = test
      return { run, row: key, top1: row.top1, images: ids.join(), labels, predicted: predictions[key] }
    })
  })
  candidates.sort((a, b) => b.top1 - a.top1)
  return candidates.map(({ predicted, images, labels, ...line }) => {
    const best = candidates.find((each) => each.predicted && each.images === images)?.predicted
    if (!predicted || !best) return line
    const { low, high } = bootstrapInterval(hits(predicted, labels), { prng: Prng.fromSeed(0) })
    const p = best === predicted ? undefined : mcnemar(best, predicted, labels).pValue
    return { ...line, interval: [low, high] as const, p }
  })
}

export const COMPARE_COLUMNS: readonly Column[] = [
  { heading: 'run' },
  { heading: 'row' },
  { heading: 'top-1 %', align: 'right' },
  { heading: '95 % interval' },
  { heading: 'p, to the best', align: 'right' },
]

export const compareCells = (lines: readonly Comparison[]): string[][] =>
  lines.map(({ run, row, top1, interval, p }) => [
    run,
    row,
    (100 * top1).toFixed(1),
    interval ? interval.map((end) => (100 * end).toFixed(1)).join(' – ') : '',
    p === undefined ? '' : p < 1e-4 ? '< 0.0001' : p.toFixed(4),
  ])
