import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'
import { Html, html } from './html.ts'

/** The width for which figures are drawn; a phone shows them at nearly this size, so their text stays readable. */
const WIDTH = 400

/**
 * Draws a plot as SVG text that takes its colours from the page: `currentColor` for axes and text, CSS variables for marks.
 * @param label what a screen reader says instead of the picture
 */
export function plotSvg(options: Plot.PlotOptions, label: string): Html {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const svg = Plot.plot({
    width: WIDTH,
    height: 266,
    marginBottom: 42,
    style: { background: 'none' },
    ...options,
    document,
  })
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', label)
  // A picture has one text: those of its parts would be read besides it.
  for (const part of svg.querySelectorAll('[aria-label], [aria-description], [aria-hidden]')) {
    for (const name of ['aria-label', 'aria-description', 'aria-hidden']) part.removeAttribute(name)
  }
  svg.removeAttribute('width')
  svg.removeAttribute('height')
  return new Html(svg.outerHTML)
}

export interface Figure {
  title: string
  /** One or two sentences: what is drawn, and on which split it was measured. */
  caption: string
  drawing: Html
  /** The numbers behind the drawing, for those who cannot see it. */
  numbers?: Html
}

export const figureHtml = ({ title, caption, drawing, numbers }: Figure): Html => html`
<figure>
<h3>${title}</h3>
${drawing}
<figcaption>${caption}</figcaption>
${numbers ? html`<details><summary>The numbers</summary>${numbers}</details>` : undefined}
</figure>`
