import { duration } from '../command-line/duration.ts'
import { candidatesOf, differenceText, intervalText, probabilityText } from '../results/compare.ts'
import { type Comparison, compareToBaseline } from '../results/comparison.ts'
import type { Details } from '../results/details.ts'
import type { Reported, Results } from '../results/schema.ts'
import { percent, type Summary, summarise } from '../results/summary.ts'
import { describeOptions } from '../results/table.ts'
import { rowKey } from '../results/units.ts'
import { confusionFigure, perClassFigure } from './figures/classes.ts'
import { curveFigure } from './figures/curves.ts'
import { mapFigure } from './figures/map.ts'
import { methodsFigure } from './figures/methods.ts'
import { spectrumFigure } from './figures/spectrum.ts'
import { sweepFigure } from './figures/sweep.ts'
import { galleryHtml } from './gallery.ts'
import { Html, html } from './html.ts'
import { type Figure, figureHtml } from './plot.ts'
import { STYLE } from './style.ts'

interface Section {
  id: string
  heading: string
  body: Html
}

/** The report of a run: one page that needs no other file, no script and no network. */
export function reportPage(results: Results, details: Details): string {
  const summaries = summarise(results.rows)
  const compared = compareToBaseline(candidatesOf(results, details))
  const sections = [
    { id: 'results', heading: 'Measured here', body: measured(results, compared) },
    ...(results.reported.length
      ? [{ id: 'reported', heading: 'Reported by papers', body: reported(results.reported) }]
      : []),
    ...figureSections(summaries, details),
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

function measured({ rows }: Results, compared: readonly Comparison[]): Html {
  if (rows.length === 0) return html`<p>The run has no row yet.</p>`
  const { dataset, split, count } = rows[0]
  return html`
<p>${dataset}: fitted and chosen on <em>${split.fit}</em>, reported on <em>${split.test}</em>, ${count} images. Accuracies in percent; ± is the standard deviation over the seeds, and the interval is binomial (Wilson, 95 %). The difference is to the best baseline of the same network by its mean over seeds; its p is of McNemar's exact test for single runs and of a paired bootstrap over the images for means over seeds, corrected by Holm for the number of comparisons.</p>
<div class="scroll" role="region" aria-label="Measured results" tabindex="0"><table>
<thead><tr><th scope="col">method</th><th scope="col">regime</th><th scope="col">backbone</th><th scope="col" class="number">top-1</th><th scope="col" class="number">interval</th><th scope="col" class="number">difference</th><th scope="col" class="number">p</th><th scope="col" class="number">top-5</th><th scope="col" class="number">per class</th><th scope="col">seeds</th><th scope="col" class="number">fit</th><th scope="col" class="number">classify</th><th scope="col">chosen by</th><th scope="col">options</th></tr></thead>
<tbody>${compared.map(measuredRow)}</tbody></table></div>`
}

function measuredRow({ candidate: { summary }, interval, ...line }: Comparison): Html {
  const { first, top1, top5, meanPerClass, seeds, fitSeconds, classifySeconds } = summary
  return html`<tr><th scope="row">${first.method}</th><td>${first.regime}</td><td>${first.backbone} ${first.layer}</td><td class="number">${percent(top1)}</td><td class="number">${intervalText(interval)}</td><td class="number">${differenceText(line)}</td><td class="number">${probabilityText(line.corrected)}</td><td class="number">${percent(top5)}</td><td class="number">${percent(meanPerClass)}</td><td>${seeds.join(', ')}</td><td class="number">${duration(fitSeconds)}</td><td class="number">${duration(classifySeconds)}</td><td>${first.split.select}</td><td>${describeOptions(summary)}</td></tr>\n`
}

function reported(entries: readonly Reported[]): Html {
  return html`<div class="reported">
<p><strong>None of these numbers was measured here.</strong> They are from papers, on the official test splits and with other training; several authors of this family tuned on test data.</p>
<div class="scroll" role="region" aria-label="Reported results" tabindex="0"><table>
<thead><tr><th scope="col">method</th><th scope="col">features</th><th scope="col" class="number">top-1 %</th><th scope="col">source</th></tr></thead>
<tbody>${entries.map(
    ({ method, backbone, top1, source, readAtSource }) =>
      html`<tr><th scope="row">${method} <span class="tag">reported</span></th><td>${backbone}</td><td class="number">${(100 * top1).toFixed(1)}</td><td>${source}${readAtSource ? '' : html` <span class="tag">unchecked</span>`}</td></tr>\n`,
  )}</tbody></table></div></div>`
}

function figureSections(summaries: readonly Summary[], details: Details): Section[] {
  const backbones = [...new Set(summaries.map(({ first }) => first.backbone))]
  const methods = backbones.map((backbone) =>
    methodsFigure(
      `Methods on ${backbone}`,
      summaries.filter(({ first }) => first.backbone === backbone),
    ),
  )
  return [
    figureSection('methods', 'Methods', methods),
    figureSection('classes', 'Classes', bestRowFigures(summaries, details)),
    figureSection('choices', 'Choices', details.sweeps.map(sweepFigure)),
    figureSection('metric', 'The learned metric', [
      ...details.spectra.map(spectrumFigure),
      ...details.maps.map((map) => mapFigure(map, details.classes)),
    ]),
    figureSection('training', 'Training', details.curves.map(curveFigure)),
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

const explanations = ({ gallery }: Details): Html => html`
<p>A code says how much each training image takes part in rebuilding a query. Below each query: the training images with the largest codes, their class and the signed code.</p>
${galleryHtml(gallery)}`

function setting({ engine, machine, startedAt, finishedAt, rows }: Results): Html {
  const entries: [string, string][] = [
    ['engine', `${engine.name} (${engine.library}, ${engine.device})`],
    ...Object.entries(machine).map(([key, value]): [string, string] =>
      key === 'memoryMb' ? ['memory', `${value} MiB`] : [key, String(value)],
    ),
    ['weights', [...new Set(rows.map(({ backbone, weights }) => `${backbone}: ${weights}`))].join('; ')],
    ['peak memory', `${Math.max(0, ...rows.map((row) => row.peakRssMb))} MiB`],
    ['started', startedAt],
    ['finished', finishedAt ?? 'not yet'],
  ]
  return html`<dl>${entries.map(([key, value]) => html`<dt>${key}</dt><dd>${value}</dd>`)}</dl>`
}
