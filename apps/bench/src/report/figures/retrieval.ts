import * as Plot from '@observablehq/plot'
import type { RetrievalMeasures } from '../../results/details.ts'
import { type Figure, plotSvg } from '../plot.ts'
import { tableHtml } from '../table.ts'

/** Recall@K of the test images among themselves. */
export function retrievalFigure({ title, recall, mapAtR }: RetrievalMeasures): Figure {
  const points = recall.map(({ k, share }) => ({ k: String(k), percent: 100 * share }))
  const map = (100 * mapAtR).toFixed(1)
  return {
    title,
    caption: `Recall@K: test images with an image of their class among their K nearest others in the metric. MAP@R is ${map} %.`,
    drawing: plotSvg(
      {
        x: { label: 'K', type: 'band', domain: points.map(({ k }) => k), padding: 0.4 },
        y: { label: 'recall %', domain: [0, 100], grid: true, ticks: 5 },
        marks: [
          Plot.barY(points, { x: 'k', y: 'percent', fill: 'var(--accent)' }),
          Plot.text(points, {
            x: 'k',
            y: 'percent',
            text: (point) => point.percent.toFixed(1),
            dy: -7,
            fill: 'currentColor',
          }),
        ],
      },
      `${title}: ${points.map(({ k, percent }) => `recall at ${k} ${percent.toFixed(1)} percent`).join(', ')}`,
    ),
    numbers: tableHtml(
      title,
      ['K', 'recall %'],
      [...points.map(({ k, percent }) => [k, percent.toFixed(1)]), ['MAP@R', map]],
    ),
  }
}
