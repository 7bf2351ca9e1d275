import * as Plot from '@observablehq/plot'
import type { Spectrum } from '../../results/details.ts'
import { type Figure, plotSvg } from '../plot.ts'

/** The eigenvalues of M = LᵀL, largest first. */
export function spectrumFigure({ title, values }: Spectrum): Figure {
  const total = values.reduce((sum, value) => sum + value, 0)
  const points = values.map((value, i) => ({ index: i + 1, value: Math.max(value, 0) }))
  const half =
    points.findIndex((_, i) => values.slice(0, i + 1).reduce((sum, value) => sum + value, 0) >= total / 2) + 1
  return {
    title,
    caption: `Eigenvalues of M, largest first. The first ${half} of ${values.length} hold half of the trace.`,
    drawing: plotSvg(
      {
        x: { label: 'index', ticks: 6 },
        y: { label: 'eigenvalue', grid: true, ticks: 5, zero: true },
        marks: [
          Plot.areaY(points, { x: 'index', y: 'value', fill: 'var(--accent)', fillOpacity: 0.25 }),
          Plot.lineY(points, { x: 'index', y: 'value', stroke: 'var(--accent)', strokeWidth: 2 }),
        ],
      },
      `${title}: from ${values[0].toPrecision(3)} down to ${values[values.length - 1].toPrecision(3)}`,
    ),
  }
}
