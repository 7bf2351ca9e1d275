import * as Plot from '@observablehq/plot'
import { type Figure, plotSvg } from '../plot.ts'
import { tableHtml } from '../table.ts'

export interface ClassCounts {
  classes: readonly string[]
  /** True labels of the test images. */
  truth: readonly number[]
  predicted: readonly number[]
}

/** Accuracy of each class, sorted, so that the hard ones are seen at once. */
export function perClassFigure(method: string, { classes, truth, predicted }: ClassCounts): Figure {
  const all = classes
    .map((name, c) => {
      const of = truth.flatMap((label, i) => (label === c ? [predicted[i]] : []))
      return { name, count: of.length, percent: (100 * of.filter((label) => label === c).length) / of.length }
    })
    .filter(({ count }) => count > 0)
    .sort((a, b) => a.percent - b.percent)
  const ranked = all.map((each, i) => ({ ...each, rank: i + 1 }))
  const worst = ranked.slice(0, 3)
  const title = `Accuracy of each class: ${method}`
  return {
    title,
    caption: `Classes by their accuracy on the test split. The hardest: ${worst.map(({ name, percent }) => `${name} (${percent.toFixed(0)} %)`).join(', ')}.`,
    drawing: plotSvg(
      {
        x: {
          label: 'class, from the hardest',
          ticks: [],
          type: 'band',
          padding: 0.15,
          domain: ranked.map(({ rank }) => rank),
        },
        y: { label: 'accuracy %', domain: [0, 100], grid: true, ticks: 5 },
        marks: [
          Plot.barY(ranked, {
            x: 'rank',
            y: 'percent',
            fill: 'var(--accent)',
            title: ({ name, percent }) => `${name}: ${percent.toFixed(1)} %`,
          }),
        ],
      },
      `${title}: from ${ranked[0]?.percent.toFixed(0)} to ${ranked[ranked.length - 1]?.percent.toFixed(0)} percent`,
    ),
    numbers: tableHtml(
      title,
      ['class', 'images', 'accuracy %'],
      ranked.map(({ name, count, percent }) => [name, String(count), percent.toFixed(1)]),
    ),
  }
}

/** Which class was taken for which. */
export function confusionFigure(method: string, { classes, truth, predicted }: ClassCounts): Figure {
  const counts = new Map<string, number>()
  const size = new Map<number, number>()
  for (const [i, label] of truth.entries()) {
    counts.set(`${label} ${predicted[i]}`, (counts.get(`${label} ${predicted[i]}`) ?? 0) + 1)
    size.set(label, (size.get(label) ?? 0) + 1)
  }
  const cells = [...counts].map(([key, count]) => {
    const [label, guess] = key.split(' ').map(Number)
    return { label, guess, count, share: count / size.get(label)! }
  })
  const confusions = cells.filter(({ label, guess }) => label !== guess).sort((a, b) => b.count - a.count)
  const title = `Confusion matrix: ${method}`
  const indices = classes.map((_, c) => c)
  return {
    title,
    caption: `A row is the true class, a column the predicted one; the stronger the colour, the larger the share of the row. ${
      confusions.length
        ? `Most frequent: ${confusions
            .slice(0, 3)
            .map(({ label, guess, count }) => `${classes[label]} taken for ${classes[guess]} (${count}×)`)
            .join('; ')}.`
        : 'Nothing was confused.'
    }`,
    drawing: plotSvg(
      {
        height: 400,
        marginLeft: 30,
        marginRight: 10,
        marginTop: 24,
        marginBottom: 10,
        x: { type: 'band', domain: indices, axis: null, padding: 0.04 },
        y: { type: 'band', domain: indices, axis: null, padding: 0.04 },
        opacity: { domain: [0, 1], range: [0.25, 1] },
        marks: [
          Plot.frame({ stroke: 'var(--line)' }),
          Plot.cell(cells, {
            x: 'guess',
            y: 'label',
            fill: ({ label, guess }) => (label === guess ? 'var(--accent)' : 'var(--wrong)'),
            fillOpacity: 'share',
            title: ({ label, guess, count }) => `${classes[label]} → ${classes[guess]}: ${count}`,
          }),
          Plot.text(['predicted class →'], { frameAnchor: 'top', dy: -14, fill: 'currentColor' }),
          Plot.text(['true class →'], { frameAnchor: 'left', dx: -14, rotate: 90, fill: 'currentColor' }),
        ],
        color: { type: 'identity' },
      },
      `${title}: ${truth.length - confusions.reduce((sum, { count }) => sum + count, 0)} of ${truth.length} right`,
    ),
    numbers: tableHtml(
      `${title}, the confusions`,
      ['true class', 'taken for', 'times'],
      confusions.slice(0, 30).map(({ label, guess, count }) => [classes[label], classes[guess], String(count)]),
    ),
  }
}
