import { duration } from '../command-line/duration.ts'
import { differenceText, intervalText, probabilityText } from '../results/compare.ts'
import type { Comparison } from '../results/comparison.ts'
import type { Reported, Results } from '../results/schema.ts'
import { percent } from '../results/summary.ts'
import { describeOptions } from '../results/table.ts'
import { type Html, html } from './html.ts'
import { tableHtml } from './table.ts'

const number = (heading: string) => ({ heading, isNumber: true })

const COLUMNS = [
  'method',
  'regime',
  'backbone',
  number('top-1'),
  number('interval'),
  number('difference'),
  number('p'),
  number('top-5'),
  number('per class'),
  'seeds',
  number('fit'),
  number('classify'),
  'chosen by',
  'options',
]

/** What this run measured, best method first. */
export function measured({ rows }: Results, compared: readonly Comparison[]): Html {
  if (rows.length === 0) return html`<p>The run has no row yet.</p>`
  const { dataset, split, count } = rows[0]
  return html`
<p>${dataset}: fitted and chosen on <em>${split.fit}</em>, reported on <em>${split.test}</em>, ${count} images. Accuracies in percent; ± is the standard deviation over the seeds, and the interval is binomial (Wilson, 95 %). The difference is to the best baseline of the same network by its mean over seeds; its p is of McNemar's exact test for single runs and of a paired bootstrap over the images for means over seeds, corrected by Holm for the number of comparisons.</p>
${tableHtml('Measured results', COLUMNS, compared.map(cells))}`
}

function cells({ candidate: { summary }, interval, ...line }: Comparison): string[] {
  const { first, top1, top5, meanPerClass, seeds, fitSeconds, classifySeconds } = summary
  return [
    first.method,
    first.regime,
    `${first.backbone} ${first.layer}`,
    percent(top1),
    intervalText(interval),
    differenceText(line),
    probabilityText(line.corrected),
    percent(top5),
    percent(meanPerClass),
    seeds.join(', '),
    duration(fitSeconds),
    duration(classifySeconds),
    first.split.select,
    describeOptions(summary),
  ]
}

/** What papers report, apart from everything measured. */
export function reported(entries: readonly Reported[]): Html {
  const rows = entries.map(({ method, backbone, top1, source, readAtSource }) => [
    html`${method} <span class="tag">reported</span>`,
    backbone,
    (100 * top1).toFixed(1),
    html`${source}${readAtSource ? '' : html` <span class="tag">unchecked</span>`}`,
  ])
  return html`<div class="reported">
<p><strong>None of these numbers was measured here.</strong> They are from papers, on the official test splits and with other training; several authors of this family tuned on test data.</p>
${tableHtml('Reported results', ['method', 'features', number('top-1 %'), 'source'], rows)}</div>`
}
