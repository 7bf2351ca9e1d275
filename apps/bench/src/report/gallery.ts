import type { Explanation } from '../results/details.ts'
import { type Html, html } from './html.ts'

/** Queries with the training images that their codes lean on: bars show the signed code of each. */
export function galleryHtml(explanations: readonly Explanation[]): Html {
  return html`<div class="gallery">${explanations.map(explanationHtml)}</div>`
}

function explanationHtml({ query, truth, predicted, right, support }: Explanation): Html {
  const largest = Math.max(...support.map(({ code }) => Math.abs(code)), 1e-9)
  const verdict = right ? html`<strong class="right">right</strong>` : html`<strong class="wrong">wrong</strong>`
  return html`
<article>
<div class="query"><img src="${query.image}" alt="query: ${truth}">
<p>${verdict}: ${predicted}${right ? '' : `, in truth ${truth}`}<br><small>${query.id}</small></p></div>
<ol>${support.map(
    ({ image, id, className, code }) => html`
<li><img src="${image}" alt="training image of ${className}" title="${id}">
<span class="code ${code < 0 ? 'negative' : 'positive'}"><span style="width:${((100 * Math.abs(code)) / largest).toFixed(0)}%"></span></span>
<small>${className}<br>${code < 0 ? '−' : '+'}${Math.abs(code).toFixed(3)}</small></li>`,
  )}</ol>
</article>`
}
