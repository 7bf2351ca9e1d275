// Writes the tables of the documents from the committed results/*.json, between markers. With --check it only says whether
// they are up to date. Nothing in the tables is typed by hand.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { casesTable, growthTable, methodsTable, targetsTable } from './bench/tables.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const SPEED = 'speed.json'

/** Mean and, for several seeds, standard deviation of the rows' top-1, in percent. */
function top1(rows) {
  const mean = rows.reduce((sum, row) => sum + row.top1, 0) / rows.length
  const text = (100 * mean).toFixed(1)
  if (rows.length < 2) return text
  const spread = Math.sqrt(rows.reduce((sum, row) => sum + (row.top1 - mean) ** 2, 0) / (rows.length - 1))
  return `${text} ± ${(100 * spread).toFixed(1)}`
}

/** A line for each method, best first, and a column for each network; the best of a column is bold. */
function tableOf(file) {
  const results = JSON.parse(readFileSync(join(root, 'results', file), 'utf8'))
  const columns = [...new Set(results.rows.map(columnOf))]
  const lines = [...new Set(results.rows.map(({ method }) => method))].map((method) => {
    const cells = columns.map((column) =>
      results.rows.filter((row) => row.method === method && columnOf(row) === column),
    )
    const means = cells.map((rows) => rows.reduce((sum, row) => sum + row.top1, 0) / rows.length)
    return { method, cells, means, mean: means.reduce((a, b) => a + b) / means.length }
  })
  lines.sort((a, b) => b.mean - a.mean)
  const best = columns.map((_, i) => Math.max(...lines.map(({ means }) => means[i])))
  const [{ split, count, regime }] = results.rows
  return [
    `**${results.rows[0].dataset}**: fitted and chosen on ${split.fit}, reported on ${split.test} (${count} images), ${regime}`,
    `features; top-1 %, with the deviation over seeds where there are several; engine ${results.engine.name}`,
    `([results/${file}](results/${file})).`,
    '',
    `| method | ${columns.join(' | ')} | mean |`,
    `|---|${columns.map(() => '---:|').join('')}---:|`,
    ...lines.map(({ method, cells, means, mean }) => {
      const texts = cells.map((rows, i) => (means[i] === best[i] ? `**${top1(rows)}**` : top1(rows)))
      return `| ${method} | ${texts.join(' | ')} | ${(100 * mean).toFixed(1)} |`
    }),
  ].join('\n')
}

const columnOf = ({ backbone, layer }) => (layer && layer !== 'of the features' ? `${backbone} ${layer}` : backbone)

const accuracies = () =>
  readdirSync(join(root, 'results'))
    .filter((file) => file.endsWith('.json') && file !== SPEED)
    .sort()
    .map(tableOf)
    .join('\n\n')

const { cases } = JSON.parse(readFileSync(join(root, 'results', SPEED), 'utf8'))
const [ofScale, ofSpeed] = [true, false].map((scale) => cases.filter((one) => one.scale === scale))
const named = (name) => ofScale.find((one) => one.name === name)

/** What stands between the markers `NAME:begin` and `NAME:end` of each document. */
const documents = {
  'README.md': { results: accuracies },
  'docs/speed.md': { targets: () => targetsTable(ofSpeed), cases: () => casesTable(ofSpeed) },
  'docs/scale.md': {
    growth: () => growthTable(ofScale.filter(({ along }) => along)),
    'paper-size': () => methodsTable(named('paper-size')),
    'large-set': () => methodsTable(named('large-set')),
  },
}

const stale = []
for (const [document, parts] of Object.entries(documents)) {
  const path = join(root, document)
  const text = readFileSync(path, 'utf8')
  const updated = Object.entries(parts).reduce((all, [name, content]) => {
    const [begin, end] = [`<!-- ${name}:begin -->`, `<!-- ${name}:end -->`]
    const [before, rest] = all.split(begin)
    return `${before}${begin}\n${content()}\n${end}${rest.split(end)[1]}`
  }, text)
  if (updated === text) continue
  stale.push(document)
  if (!process.argv.includes('--check')) writeFileSync(path, updated)
}
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`${stale.join(', ')}: tables that are not those of results/*.json. Run \`npm run results\` and commit.`)
  process.exit(1)
}
