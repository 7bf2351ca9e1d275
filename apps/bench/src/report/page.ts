import { candidatesOf } from '../results/compare.ts'
import { type Candidate, compareToBaseline } from '../results/comparison.ts'
import type { Details } from '../results/details.ts'
import type { Results } from '../results/schema.ts'
import { type Summary, summarise } from '../results/summary.ts'
import { rowKey } from '../results/units.ts'
import { confusionFigure, perClassFigure } from './figures/classes.ts'
import { curveFigure } from './figures/curves.ts'
import { mapFigure } from './figures/map.ts'
import { mcnemarFigure } from './figures/mcnemar.ts'
import { methodsFigure } from './figures/methods.ts'
import { reliabilityFigure } from './figures/reliability.ts'
import { retrievalFigure } from './figures/retrieval.ts'
import { spectrumFigure } from './figures/spectrum.ts'
import { sweepFigure } from './figures/sweep.ts'
import { galleryHtml, pairsHtml } from './gallery.ts'
import { Html, html } from './html.ts'
import { measured, reported } from './measured.ts'
import { type Figure, figureHtml } from './plot.ts'
import { setting } from './setting.ts'
import { STYLE } from './style.ts'

interface Section {
  id: string
  heading: string
  body: Html
}

/** The report of a run: one page that needs no other file, no script and no network. */
export function reportPage(results: Results, details: Details): string {
  const summaries = summarise(results.rows)
  const candidates = candidatesOf(results, details)
  const compared = compareToBaseline(candidates)
  const sections = [
    { id: 'results', heading: 'Measured here', body: measured(results, compared) },
    ...(results.reported.length
      ? [{ id: 'reported', heading: 'Reported by papers', body: reported(results.reported) }]
      : []),
    ...figureSections(summaries, details, candidates),
    ...(details.pairs.length ? [{ id: 'confusions', heading: 'Confused classes', body: confusions(details) }] : []),
    ...(details.gallery.length ? [{ id: 'explanations', heading: 'Explanations', body: explanations(details) }] : []),
    { id: 'setting', heading: 'How it was run', body: setting(results) },
  ]
  return `<!doctype html>\n${html`<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${results.experiment}: DML-CRC</title>
<style>${new Html(STYLE)}</style>
</head>
<body>
<a class="skip" href="#results">To the results</a>
<header>
<h1>${results.experiment}${results.part ? `, on a part of the data set: ${results.part}` : ''}</h1>
<p>${results.description}</p>
<nav aria-label="Sections"><ul>${sections.map(({ id, heading }) => html`<li><a href="#${id}">${heading}</a></li>`)}</ul></nav>
</header>
<main>${sections.map(({ id, heading, body }) => html`<section aria-labelledby="${id}"><h2 id="${id}">${heading}</h2>${body}</section>\n`)}</main>
<footer>Written by dml-crc from results.json and details.json beside this file. Everything is in this one file.</footer>
</body>
</html>`}\n`
}

function figureSections(summaries: readonly Summary[], details: Details, candidates: readonly Candidate[]): Section[] {
  const backbones = [...new Set(summaries.map(({ first }) => first.backbone))]
  const methods = backbones.map((backbone) =>
    methodsFigure(
      `Methods on ${backbone}`,
      summaries.filter(({ first }) => first.backbone === backbone),
    ),
  )
  const differences = mcnemarFigure(candidates)
  return [
    figureSection('methods', 'Methods and classes', [
      ...methods,
      ...(differences ? [differences] : []),
      ...bestRowFigures(summaries, details),
      ...details.reliability.map(reliabilityFigure),
    ]),
    figureSection('metric', 'The learned metric', [
      ...details.maps.map((map) => mapFigure(map, details.classes)),
      ...details.retrieval.map(retrievalFigure),
      ...details.spectra.map(spectrumFigure),
      ...details.sweeps.map(sweepFigure),
      ...details.curves.map(curveFigure),
    ]),
  ].filter((section) => section !== undefined)
}

function figureSection(id: string, heading: string, figures: readonly Figure[]): Section | undefined {
  if (figures.length === 0) return undefined
  return { id, heading, body: html`<div class="figures">${figures.map(figureHtml)}</div>` }
}

/** Per-class accuracy and confusions of the method with the best mean accuracy (its first seed). */
function bestRowFigures(summaries: readonly Summary[], { classes, test, predictions }: Details): Figure[] {
  if (summaries.length === 0) return []
  const { first } = summaries.reduce((a, b) => (b.top1.mean > a.top1.mean ? b : a))
  const predicted = predictions[rowKey(first)]
  if (!predicted) return []
  const counts = { classes, truth: test.labels, predicted }
  const method = `${first.method} on ${first.backbone}, ${first.regime}`
  return [perClassFigure(method, counts), confusionFigure(method, counts)]
}

const confusions = ({ pairs }: Details): Html => html`
<p>The pairs of classes that the learned method confused most often. Left: a misclassified test image; then a training image of its true class, and one of the predicted class.</p>
${pairsHtml(pairs)}`

const explanations = ({ gallery }: Details): Html => html`
<p>A code says how much each training image contributes to the reconstruction of a query. With each query: the share of each class in the code, and the training images with the largest codes, with their class and signed code. For a wrong prediction also the nearest training images of the true class.</p>
${galleryHtml(gallery)}`
