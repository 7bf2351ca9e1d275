import * as Plot from '@observablehq/plot'
import type { Curve } from '../../results/details.ts'
import { type Figure, plotSvg } from '../plot.ts'

/** A quantity over the steps of a training. */
export function curveFigure({ title, quantity, unit, values }: Curve): Figure {
  const points = values.map((value, i) => ({ step: i + 1, value }))
  const last = points[points.length - 1]
  return {
    title,
    caption: `${quantity[0].toUpperCase()}${quantity.slice(1)} on the fit split over the ${unit}s.`,
    drawing: plotSvg(
      {
        // A step has no parts.
        x: { label: unit, ticks: Math.max(1, Math.min(6, points.length - 1)) },
        y: { label: quantity, grid: true, ticks: 5, nice: true },
        marks: [
          Plot.lineY(points, { x: 'step', y: 'value', stroke: 'var(--accent)', strokeWidth: 2 }),
          Plot.dot([last], { x: 'step', y: 'value', fill: 'var(--accent)', r: 3 }),
        ],
      },
      `${title}: ${quantity} goes from ${points[0].value.toPrecision(3)} to ${last.value.toPrecision(3)} in ${last.step} ${unit}s`,
    ),
  }
}
