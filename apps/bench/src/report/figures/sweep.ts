import * as Plot from '@observablehq/plot'
import type { SweepCurve } from '../../results/details.ts'
import { type Figure, plotSvg } from '../plot.ts'
import { tableHtml } from '../table.ts'

/** Cross-validated accuracy over one option: a logarithmic axis where the option spans more than one decade. */
export function sweepFigure({ title, option, points }: SweepCurve): Figure {
  const values = points.map(({ value }) => value)
  const logarithmic = Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > 10
  const shown = points.map(({ value, accuracy }) => ({ value, percent: 100 * accuracy }))
  const [least, most] = [Math.min, Math.max].map((of) => of(...shown.map(({ percent }) => percent)))
  const best = shown.reduce((a, b) => (b.percent > a.percent ? b : a))
  return {
    title,
    caption:
      'Accuracy by cross-validation inside the fit split; the ring marks the best value. The test split has no part in it.',
    drawing: plotSvg(
      {
        x: {
          label: option,
          type: logarithmic ? 'log' : 'linear',
          ticks: 5,
          tickFormat: logarithmic ? '~g' : undefined,
        },
        // A flat curve has no height of its own.
        y: {
          label: 'accuracy %',
          grid: true,
          ticks: 5,
          nice: true,
          ...(least === most && { domain: [least - 1, most + 1] }),
        },
        marks: [
          Plot.lineY(shown, { x: 'value', y: 'percent', stroke: 'var(--accent)', strokeWidth: 2 }),
          Plot.dot(shown, { x: 'value', y: 'percent', fill: 'var(--accent)', r: 3 }),
          Plot.dot([best], { x: 'value', y: 'percent', stroke: 'currentColor', r: 7 }),
        ],
      },
      `${title}: best ${best.percent.toFixed(1)} percent at ${option} ${best.value}`,
    ),
    numbers: tableHtml(
      title,
      [option, 'accuracy %'],
      shown.map((point) => [String(point.value), point.percent.toFixed(1)]),
    ),
  }
}
