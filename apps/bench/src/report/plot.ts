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

/** A small table in a region that scrolls by itself when it is wider than the page. */
export function tableHtml(
  label: string,
  headings: readonly string[],
  rows: readonly (readonly (string | Html)[])[],
): Html {
  return html`<div class="scroll" role="region" aria-label="${label}" tabindex="0"><table>
<thead><tr>${headings.map((heading) => html`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map((cell, c) => (c === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>\n`)}</tbody>
</table></div>`
}
