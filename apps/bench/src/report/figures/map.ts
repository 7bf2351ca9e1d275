import * as Plot from '@observablehq/plot'
import type { EmbeddingMap } from '../../results/details.ts'
import { html } from '../html.ts'
import { type Figure, plotSvg } from '../plot.ts'

/** More classes have colours that no eye tells apart; their names are shown where the pointer rests. */
const MOST_IN_LEGEND = 12

/** Test features in the learned metric, in the plane of their two main directions. */
export function mapFigure({ title, points }: EmbeddingMap, classes: readonly string[]): Figure {
  const wrong = points.filter(({ right }) => !right)
  return {
    title,
    caption:
      'Test images in the learned metric, in the plane of their two main directions. A colour is a class; a ring marks an image that was classified wrongly.',
    drawing: html`${plotSvg(
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
    )}${classes.length <= MOST_IN_LEGEND ? legend(classes) : undefined}`,
  }
}

/** Neighbouring classes are a golden angle apart. */
const colour = ({ label }: { label: number }) => `hsl(${Math.round((label * 137.508) % 360)} 65% 52%)`

const legend = (classes: readonly string[]) =>
  html`<ul class="legend">${classes.map((name, label) => html`<li><span style="background:${colour({ label })}"></span>${name}</li>`)}</ul>`
