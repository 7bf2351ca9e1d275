import { binomialInterval } from '@dml-crc/metric'
import * as Plot from '@observablehq/plot'
import { percent, type Summary } from '../../results/summary.ts'
import { type Figure, plotSvg } from '../plot.ts'

/** Top-1 of every method of one backbone, with its binomial interval. */
export function methodsFigure(title: string, summaries: readonly Summary[]): Figure {
  const bars = summaries.map(({ first, top1 }) => ({
    name: first.regime === 'frozen' ? first.method : `${first.method}, ${first.regime}`,
    mean: 100 * top1.mean,
    ...intervalOf(top1.mean, first.count),
    text: percent(top1),
  }))
  const least = Math.min(...bars.map(({ low }) => low))
  const start = Math.max(0, Math.floor(least / 5) * 5 - 5)
  const longest = Math.max(...bars.map(({ name }) => name.length))
  return {
    title,
    caption: `Top-1 accuracy on the test split in percent; a line spans the binomial interval (Wilson, 95 %), ± is the standard deviation over the seeds. The axis begins at ${start}.`,
    drawing: plotSvg(
      {
        height: 72 + 24 * bars.length,
        marginLeft: Math.min(190, 12 + 6.2 * longest),
        marginRight: 62,
        x: { domain: [start, 100], label: 'top-1 %', grid: true },
        y: { label: null, domain: bars.map(({ name }) => name), padding: 0.3 },
        marks: [
          Plot.ruleY(bars, { x1: start, x2: 'mean', y: 'name', stroke: 'var(--line)' }),
          Plot.link(bars, {
            x1: 'low',
            x2: 'high',
            y1: 'name',
            y2: 'name',
            stroke: 'var(--accent)',
            strokeWidth: 4,
            strokeOpacity: 0.45,
          }),
          Plot.dot(bars, { x: 'mean', y: 'name', fill: 'var(--accent)', r: 5 }),
          Plot.text(bars, { x: 100, y: 'name', text: 'text', textAnchor: 'start', dx: 6, fill: 'currentColor' }),
        ],
      },
      `${title}: ${bars.map(({ name, text }) => `${name} ${text} percent`).join('; ')}`,
    ),
  }
}

function intervalOf(share: number, count: number): { low: number; high: number } {
  const { low, high } = binomialInterval(share, count)
  return { low: 100 * low, high: 100 * high }
}
