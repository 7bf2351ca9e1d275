import { duration } from '../command-line/duration.ts'
import type { Column } from '../command-line/table.ts'
import type { Row } from './schema.ts'
import { percent, type Summary, summarise } from './summary.ts'

export const RESULT_COLUMNS: readonly Column[] = [
  { heading: 'backbone' },
  { heading: 'regime' },
  { heading: 'method' },
  { heading: 'top-1 %', align: 'right' },
  { heading: 'top-5 %', align: 'right' },
  { heading: 'per class %', align: 'right' },
  { heading: 'seeds' },
  { heading: 'fit', align: 'right' },
  { heading: 'chosen by' },
  { heading: 'options' },
]

/** The measured rows as text, one line for each method, seeds gathered. */
export function resultCells(rows: readonly Row[]): string[][] {
  return summarise(rows).map((summary) => {
    const { first, top1, top5, meanPerClass, seeds, fitSeconds } = summary
    return [
      first.backbone,
      first.regime,
      first.method,
      percent(top1),
      percent(top5),
      percent(meanPerClass),
      seeds.join(', '),
      duration(fitSeconds),
      first.split.select,
      describeOptions(summary),
    ]
  })
}

/** The options of a row as `λ=0.3 form=full`, short enough for a table. */
export function describeOptions({ first: { options } }: Summary): string {
  return Object.entries(options)
    .filter(([, value]) => typeof value !== 'object')
    .map(([key, value]) => `${SYMBOLS[key] ?? key}=${value}`)
    .join(' ')
}

/** How an option is written for readers. */
export const SYMBOLS: Record<string, string> = { lambda: 'λ', gamma: 'γ', learningRate: 'rate', signedSquareRoot: '√' }
