import * as Plot from '@observablehq/plot'
import type { EmbeddingMap } from '../../results/details.ts'
import { html } from '../html.ts'
import { type Figure, plotSvg } from '../plot.ts'

/** Colours and shapes tell so many classes apart; the names of more are shown where the pointer rests. */
const MOST_IN_LEGEND = 24

const SHAPES = ['circle', 'triangle', 'square', 'diamond'] as const
const shapeOf = (label: number) => SHAPES[label % SHAPES.length]
/** The same glyphs as text, for the legend. */
const GLYPHS = { circle: '●', triangle: '▲', square: '■', diamond: '◆' }

/** Test images in the plane in which neighbours in the learned metric stay neighbours. */
export function mapFigure({ title, points }: EmbeddingMap, classes: readonly string[]): Figure {
  const wrong = points.filter(({ right }) => !right)
  const hasShapes = classes.length <= MOST_IN_LEGEND
  return {
    title,
    caption: `Test images in a plane in which neighbours in the learned metric stay neighbours (UMAP); distances between far groups mean little. ${hasShapes ? 'A colour and shape is a class' : 'A colour is a class, named where the pointer rests'}; a ring marks an image that was classified wrongly.`,
    drawing: html`${plotSvg(
      {
        height: 380,
        color: { type: 'identity' },
        x: { axis: null, inset: 8 },
        y: { axis: null, inset: 8 },
        marginLeft: 12,
        marginRight: 12,
        marginTop: 12,
        marginBottom: 12,
        marks: [
          Plot.dot(points, {
            x: 'x',
            y: 'y',
            fill: ({ label }) => colourOf(label),
            symbol: hasShapes ? ({ label }: { label: number }) => shapeOf(label) : undefined,
            r: points.length > 1000 ? 2 : 3,
            title: ({ label }) => classes[label],
          }),
          Plot.dot(wrong, { x: 'x', y: 'y', stroke: 'currentColor', strokeWidth: 1, r: points.length > 1000 ? 4 : 5 }),
        ],
      },
      `${title}: ${points.length} test images, ${wrong.length} of them classified wrongly`,
    )}${hasShapes ? legend(classes) : undefined}`,
  }
}

/** Neighbouring classes are a golden angle apart. */
const colourOf = (label: number) => `hsl(${Math.round((label * 137.508) % 360)} 65% 52%)`

const legend = (classes: readonly string[]) =>
  html`<ul class="legend">${classes.map((name, label) => html`<li><span style="color:${colourOf(label)}" aria-hidden="true">${GLYPHS[shapeOf(label)]}</span> ${name}</li>`)}</ul>`
