import { mcnemar } from '@dml-crc/metric'
import * as Plot from '@observablehq/plot'
import { probabilityText } from '../../results/compare.ts'
import type { Candidate } from '../../results/comparison.ts'
import { type Figure, plotSvg } from '../plot.ts'
import { tableHtml } from '../table.ts'

/** Each two methods by McNemar's exact test on their first seed, without a correction: what differs, and what may not. */
export function mcnemarFigure(candidates: readonly Candidate[]): Figure | undefined {
  const known = candidates.filter(({ predictions }) => predictions.length > 0)
  if (known.length < 2) return undefined
  // Numbered, so that columns need no long text.
  const names = known.map((candidate, i) => `${i + 1} ${nameOf(candidate, known)}`)
  const numbers = names.map((_, i) => String(i + 1))
  const cells = known.flatMap((row, i) =>
    known.flatMap((column, j) => {
      if (i === j) return []
      const { onlyFirst, onlySecond, pValue } = mcnemar(row.predictions[0], column.predictions[0], row.test.labels)
      return [{ row: names[i], column: numbers[j], beside: names[j], onlyFirst, onlySecond, p: pValue }]
    }),
  )
  const better = cells.filter(({ p, onlyFirst, onlySecond }) => p < 0.05 && onlyFirst > onlySecond)
  const longest = Math.max(...names.map((name) => name.length))
  const isSmall = known.length <= 8
  return {
    title: 'Which methods differ',
    caption: `McNemar's exact test of each two methods on their first seed, not corrected for the number of pairs. Coloured where the method of the row is right more often than that of the column with p < 0.05: ${better.length} of ${cells.length / 2} pairs.`,
    drawing: plotSvg(
      {
        height: 56 + 30 * known.length,
        marginLeft: Math.min(190, 12 + 6.2 * longest),
        marginTop: 8,
        x: { label: null, domain: numbers },
        y: { label: null, domain: names },
        marks: [
          Plot.cell(cells, {
            x: 'column',
            y: 'row',
            fill: ({ p, onlyFirst, onlySecond }) =>
              p < 0.05 && onlyFirst > onlySecond ? 'var(--accent)' : 'var(--line)',
            fillOpacity: 0.35,
            inset: 1,
          }),
          ...(isSmall
            ? [
                Plot.text(cells, {
                  x: 'column',
                  y: 'row',
                  text: ({ p }) => (p < 0.001 ? '<.001' : p.toFixed(2)),
                  fill: 'currentColor',
                }),
              ]
            : []),
        ],
        color: { type: 'identity' },
      },
      `Which methods differ: ${better.length} pairs with p below 0.05`,
    ),
    numbers: tableHtml(
      'Which methods differ',
      ['method', 'beside', 'only the first right', 'only the second', 'p'],
      cells
        .filter(({ row, beside }) => names.indexOf(row) < names.indexOf(beside))
        .map(({ row, beside, onlyFirst, onlySecond, p }) => [
          row,
          beside,
          String(onlyFirst),
          String(onlySecond),
          probabilityText(p),
        ]),
    ),
  }
}

/** The method, with what tells it from others of the same name. */
function nameOf({ summary: { first } }: Candidate, all: readonly Candidate[]): string {
  const same = all.map(({ summary }) => summary.first).filter(({ method }) => method === first.method)
  const differs = (key: 'regime' | 'backbone') => new Set(same.map((row) => row[key])).size > 1
  const parts = [differs('regime') ? first.regime : undefined, differs('backbone') ? first.backbone : undefined]
  return [first.method, ...parts.filter((part) => part !== undefined)].join(', ')
}
