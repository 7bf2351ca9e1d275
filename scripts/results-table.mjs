// Writes the tables of the documents from the committed results/*.json, between markers. With --check it only says whether they are up to date. Nothing in them is typed by hand.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { billionTable, casesTable, growthTable, methodsTable, targetsTable } from './bench/tables.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const SPEED = 'speed.json'
/** The methods that the README compares. */
const SUMMARISED = ['DML-CRC', 'linear SVM', 'kernel ridge', 'LDA', 'WCCN', 'NRC', 'ProCRC', 'CRC', 'softmax', 'kNN']
const TITLES = { cars98: 'Stanford Cars, 98 classes', flowers102: 'Oxford Flowers 102' }

const mean = (values) => values.reduce((a, b) => a + b, 0) / values.length
const percent = (share) => (100 * share).toFixed(1)
const nameOf = ({ method, regime }) => (regime === 'frozen' ? method : `${method}, network trained too`)
const columnOf = ({ backbone, layer }) => (layer && layer !== 'of the features' ? `${backbone} ${layer}` : backbone)

/** Mean and, for several seeds, standard deviation of the rows' top-1, in percent. */
function top1(rows) {
  const shares = rows.map((row) => row.top1)
  const text = percent(mean(shares))
  if (rows.length < 2) return text
  const spread = Math.sqrt(shares.reduce((sum, share) => sum + (share - mean(shares)) ** 2, 0) / (rows.length - 1))
  return `${text} ± ${percent(spread)}`
}

/** The rows of each method by network, best mean first. */
function linesOf({ rows }) {
  const columns = [...new Set(rows.map(columnOf))]
  const lines = [...new Set(rows.map(nameOf))].map((method) => {
    const cells = columns.map((column) => rows.filter((row) => nameOf(row) === method && columnOf(row) === column))
    const means = cells.map((cell) => mean(cell.map((row) => row.top1)))
    return { method, cells, means, mean: mean(means) }
  })
  return { columns, lines: lines.sort((a, b) => b.mean - a.mean) }
}

/** A line for each method, best first, and a column for each network; the best of a column is bold. */
function tableOf({ file, results }) {
  const { columns, lines } = linesOf(results)
  const best = columns.map((_, i) => Math.max(...lines.map(({ means }) => means[i])))
  const [{ split, count }] = results.rows
  const features = results.rows.every(({ regime }) => regime === 'frozen')
    ? 'frozen features'
    : 'features frozen or trained'
  return [
    `**${results.rows[0].dataset}**: fitted and chosen on ${split.fit}, reported on ${split.test} (${count} images),`,
    `${features}; top-1 %, with the deviation over seeds where there are several; engine ${results.engine.name}`,
    `([results/${file}](../results/${file})).`,
    '',
    `| method | ${columns.join(' | ')} | mean |`,
    `|---|${columns.map(() => '---:|').join('')}---:|`,
    ...lines.map(({ method, cells, means, mean }) => {
      const texts = cells.map((rows, i) => (means[i] === best[i] ? `**${top1(rows)}**` : top1(rows)))
      return `| ${method} | ${texts.join(' | ')} | ${percent(mean)} |`
    }),
  ].join('\n')
}

/** The means over the networks, of the sets on which all methods were measured. */
function summaryOf(all) {
  const sets = all
    .filter(({ file }) => file.startsWith('heads-'))
    .map(({ results }) => ({ first: results.rows[0], ...linesOf(results) }))
  const shareOf = ({ lines }, method) => lines.find((line) => line.method === method).mean
  const order = SUMMARISED.toSorted(
    (a, b) => mean(sets.map((set) => shareOf(set, b))) - mean(sets.map((set) => shareOf(set, a))),
  )
  const networks = [...new Set(sets.flatMap(({ columns }) => columns))]
  return [
    `| top-1 %, mean over ${networks.join(', ')} | ${sets.map(({ first }) => TITLES[first.dataset] ?? first.dataset).join(' | ')} |`,
    `|---|${sets.map(() => '---:|').join('')}`,
    ...order.map((method) => {
      const best = (set) => Math.max(...SUMMARISED.map((other) => shareOf(set, other)))
      const cell = (set) =>
        shareOf(set, method) === best(set) ? `**${percent(best(set))}**` : percent(shareOf(set, method))
      return `| ${method} | ${sets.map(cell).join(' | ')} |`
    }),
  ].join('\n')
}

const all = readdirSync(join(root, 'results'))
  .filter((file) => file.endsWith('.json') && file !== SPEED)
  .sort()
  .map((file) => ({ file, results: JSON.parse(readFileSync(join(root, 'results', file), 'utf8')) }))

const { cases } = JSON.parse(readFileSync(join(root, 'results', SPEED), 'utf8'))
const [ofScale, ofSpeed] = [true, false].map((scale) => cases.filter((one) => one.scale === scale))
const named = (name) => ofScale.find((one) => one.name === name) ?? { rows: [] }

/** What stands between the markers `NAME:begin` and `NAME:end` of each document. */
const documents = {
  'README.md': { summary: () => summaryOf(all) },
  'docs/results.md': { results: () => all.map(tableOf).join('\n\n') },
  'docs/speed.md': { targets: () => targetsTable(ofSpeed), cases: () => casesTable(ofSpeed) },
  'docs/scale.md': {
    growth: () => growthTable(ofScale.filter(({ along }) => along)),
    'paper-size': () => methodsTable(named('paper-size')),
    'large-set': () => methodsTable(named('large-set')),
    billion: () => billionTable(cases),
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
