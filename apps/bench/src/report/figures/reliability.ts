import * as Plot from '@observablehq/plot'
import type { Reliability } from '../../results/details.ts'
import { type Figure, plotSvg } from '../plot.ts'
import { tableHtml } from '../table.ts'

const percent = (share: number) => (100 * share).toFixed(1)

/** Accuracy over confidence: on the diagonal a probability is what it says. */
export function reliabilityFigure({ title, error, bins }: Reliability): Figure {
  return {
    title,
    caption: `Accuracy of the test images over the probability of the predicted class, in bins; the area of a dot is its share of the images. On the line a probability is what it says. Expected calibration error ${percent(error)} %.`,
    drawing: plotSvg(
      {
        height: 330,
        x: { label: 'probability of the predicted class %', domain: [0, 100], ticks: 5 },
        y: { label: 'accuracy %', domain: [0, 100], grid: true, ticks: 5 },
        r: { range: [0, 14] },
        marks: [
          Plot.line(
            [
              [0, 0],
              [100, 100],
            ],
            { stroke: 'var(--line)', strokeWidth: 2 },
          ),
          Plot.line(bins, {
            x: ({ confidence }) => 100 * confidence,
            y: ({ accuracy }) => 100 * accuracy,
            stroke: 'var(--accent)',
          }),
          Plot.dot(bins, {
            x: ({ confidence }) => 100 * confidence,
            y: ({ accuracy }) => 100 * accuracy,
            r: 'count',
            fill: 'var(--accent)',
            fillOpacity: 0.75,
          }),
        ],
      },
      `${title}: expected calibration error ${percent(error)} percent`,
    ),
    numbers: tableHtml(
      title,
      ['probability %', 'accuracy %', 'images'],
      bins.map(({ confidence, accuracy, count }) => [percent(confidence), percent(accuracy), String(count)]),
    ),
  }
}
