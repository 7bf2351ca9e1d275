// Writes the README's results table from the committed results/*.json, between the two markers. With --check it only says
// whether the table is up to date. Nothing in the table is typed by hand.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const readme = join(root, 'README.md')
const BEGIN = '<!-- results:begin -->'
const END = '<!-- results:end -->'

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

const files = readdirSync(join(root, 'results'))
  .filter((file) => file.endsWith('.json'))
  .sort()
const text = readFileSync(readme, 'utf8')
const [before, rest] = text.split(BEGIN)
const after = rest.split(END)[1]
const updated = `${before}${BEGIN}\n${files.map(tableOf).join('\n\n')}\n${END}${after}`
if (!process.argv.includes('--check')) writeFileSync(readme, updated)
else if (updated !== text) {
  console.error(
    'README.md: the results table is not that of results/*.json. Run `npm run results` and commit README.md.',
  )
  process.exit(1)
}
