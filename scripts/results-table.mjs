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

function tableOf(file) {
  const results = JSON.parse(readFileSync(join(root, 'results', file), 'utf8'))
  const groups = new Map()
  for (const row of results.rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row])
  const [{ split, count }] = results.rows
  const lines = [...groups.values()].map(
    (rows) => `| ${rows[0].method} | ${rows[0].backbone} | ${rows[0].regime} | ${top1(rows)} | ${rows.length} |`,
  )
  return [
    `**${results.experiment}**: fitted and chosen on ${split.fit}, reported on ${split.test} (${count} images); engine ${results.engine.name}`,
    `([results/${file}](results/${file})).`,
    '',
    '| method | backbone | regime | top-1 % | seeds |',
    '|---|---|---|---:|---:|',
    ...lines,
  ].join('\n')
}

const key = ({ method, backbone, layer, regime }) => JSON.stringify([method, backbone, layer, regime])

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
