import type { ConfusedPair, Explanation } from '../results/details.ts'
import { type Html, html } from './html.ts'

/** Queries with the training images of the largest codes: bars show the signed code of each. */
export function galleryHtml(explanations: readonly Explanation[]): Html {
  return html`<div class="gallery">${explanations.map(explanationHtml)}</div>`
}

function explanationHtml({ query, truth, predicted, right, support, shares, nearest }: Explanation): Html {
  const largest = Math.max(...support.map(({ code }) => Math.abs(code)), 1e-9)
  const verdict = right ? html`<strong class="right">right</strong>` : html`<strong class="wrong">wrong</strong>`
  return html`
<article>
<div class="query"><img src="${query.image}" alt="query: ${truth}">
<div><p>${verdict}: ${predicted}${right ? '' : `, in truth ${truth}`}<br><small>${query.id}</small></p>
<ul class="shares">${shares.map(
    ({ className, share }) => html`
<li><span class="share" style="width:${(100 * share).toFixed(0)}%"></span><small>${className} ${(100 * share).toFixed(0)} %</small></li>`,
  )}</ul></div></div>
<ol>${support.map(
    ({ image, id, className, code }) => html`
<li><img src="${image}" alt="training image of ${className}" title="${id}">
<span class="code ${code < 0 ? 'negative' : 'positive'}"><span style="width:${((100 * Math.abs(code)) / largest).toFixed(0)}%"></span></span>
<small>${className}<br>${code < 0 ? '−' : '+'}${Math.abs(code).toFixed(3)}</small></li>`,
  )}</ol>
${
  nearest.length > 0
    ? html`<p><small>Nearest training images of ${truth}:</small></p>
<ol>${nearest.map(({ image, id }) => html`<li><img src="${image}" alt="training image of ${truth}" title="${id}"></li>`)}</ol>`
    : undefined
}
</article>`
}

/** The most confused classes, with pictures of both. */
export function pairsHtml(pairs: readonly ConfusedPair[]): Html {
  return html`<div class="pairs">${pairs.map(
    ({ truth, predicted, count, mistaken, ofTruth, ofPredicted }) => html`
<article>
<p>${truth} taken for <strong class="wrong">${predicted}</strong>, ${count}×</p>
<ol><li><img src="${mistaken.image}" alt="test image of ${truth}" title="${mistaken.id}"><small>test image</small></li>
<li><img src="${ofTruth.image}" alt="training image of ${truth}" title="${ofTruth.id}"><small>${truth}</small></li>
<li><img src="${ofPredicted.image}" alt="training image of ${predicted}" title="${ofPredicted.id}"><small>${predicted}</small></li></ol>
</article>`,
  )}</div>`
}
