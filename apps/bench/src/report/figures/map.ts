import * as Plot from '@observablehq/plot'
import type { EmbeddingMap } from '../../results/details.ts'
import { type Figure, plotSvg } from '../plot.ts'

/** Test features in the learned metric, in the plane of their two main directions. */
export function mapFigure({ title, points }: EmbeddingMap, classes: readonly string[]): Figure {
  const wrong = points.filter(({ right }) => !right)
  const colour = ({ label }: { label: number }) => `hsl(${Math.round((label * 137.508) % 360)} 65% 52%)`
  return {
    title,
    caption:
      'Test images in the learned metric, in the plane of their two main directions. A colour is a class; a ring marks an image that was classified wrongly.',
    drawing: plotSvg(
      {
        height: 380,
        aspectRatio: undefined,
        color: { type: 'identity' },
        x: { axis: null },
        y: { axis: null },
        marginLeft: 12,
        marginRight: 12,
        marginTop: 12,
        marginBottom: 12,
        marks: [
          Plot.dot(points, { x: 'x', y: 'y', fill: colour, r: 3, title: ({ label }) => classes[label] }),
          Plot.dot(wrong, { x: 'x', y: 'y', stroke: 'currentColor', r: 5.5 }),
        ],
      },
      `${title}: ${points.length} test images, ${wrong.length} of them classified wrongly`,
    ),
  }
}
