// Measures this project and its peers in turn, writes the figures as JSON, and the tables of the documents from them.
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, platform, tmpdir, totalmem } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { busyWithOthers } from './busy.mjs'
import { caseNamed, cases } from './cases.mjs'
import { runCommand } from './command.mjs'
import { measureCase } from './measure.mjs'
import { picturePaths } from './pictures.mjs'
import { rowText } from './tables.mjs'

const USAGE = `npm run bench [-- OPTION …]
  --case NAME      measure this case; can be given several times (default: all)
  --quick          tiny sizes and few measurements: shows that the cases run, not how fast
  --repeats N      measurements of each side (default: as the case says)
  --out FILE       JSON file; cases that are not measured keep their figures in it (default: results/speed.json)
  --engine NAME    engine of this project's sides (default: the fastest here)
  --python FILE    Python with the peers (default: .bench-peers/bin/python, made by scripts/bench/install-peers.sh)
  --data FOLDER    JPEG files; of run-flowers102, the data set (default: drawn pictures)
  --weights FILE   weights of MobileNetV1 (default: random ones)
  --list           only list the cases
Then \`npm run results\` writes the tables of docs/speed.md and docs/scale.md.`

const root = fileURLToPath(new URL('../..', import.meta.url))
const { values } = parseArgs({
  options: {
    ...{ case: { type: 'string', multiple: true }, quick: { type: 'boolean' }, repeats: { type: 'string' } },
    ...{ out: { type: 'string' }, engine: { type: 'string' }, python: { type: 'string' } },
    ...{ data: { type: 'string' }, weights: { type: 'string' }, list: { type: 'boolean' }, help: { type: 'boolean' } },
  },
})
if (values.help || values.list) {
  console.log(values.help ? USAGE : cases.map(({ name, title }) => `${name.padEnd(20)} ${title}`).join('\n'))
  process.exit(0)
}

const { quick = false, data, weights } = values
const out = values.out ?? (quick ? undefined : join(root, 'results', 'speed.json'))
const chosen = values.case?.map(caseNamed) ?? cases
const fromSource = ['--conditions=@dml-crc/source', '--import', import.meta.resolve('tsx')]
const probe = [...fromSource, fileURLToPath(new URL('engine.mjs', import.meta.url))]
const engine = JSON.parse(runCommand(process.execPath, values.engine ? [...probe, values.engine] : probe).stdout)
const note = (text) => console.error(text)
note(`${engine.library}, ${engine.threads} threads`)

const options = {
  ...{ engine: engine.name, library: engine.library, threads: availableParallelism(), data, weights, onNote: note },
  python: values.python ?? join(root, '.bench-peers', 'bin', 'python'),
}
/** Two measurements show that a case runs. */
const repeatsOf = (one) => (values.repeats ? Number(values.repeats) : quick ? Math.min(2, one.repeats) : one.repeats)
const machine = {
  processor: cpus()[0].model,
  cores: availableParallelism(),
  memoryGiB: Math.round(totalmem() / 2 ** 30),
  ...{ system: `${platform()} ${arch()}`, node: process.version.slice(1) },
}

/** The figures of a case, told after each of its sizes. */
async function measureSizes(one, scratch, onRow) {
  const { name, title, along, scale = false } = one
  const date = new Date().toISOString().slice(0, 10)
  const rows = []
  for (const size of one.sizes(quick)) {
    rows.push(await rowOf(one, size, scratch))
    onRow({ name, title, scale, ...(along && { along }), date, machine, rows })
  }
}

async function rowOf(one, size, scratch) {
  const label = one.label(size)
  const pictures = one.pictures ? join(scratch, 'pictures.json') : undefined
  if (pictures) writeFileSync(pictures, JSON.stringify(await picturePaths(one.pictures(size), data)))
  try {
    const others = await busyWithOthers()
    const row = await measureCase(one, size, { ...options, pictures, repeats: repeatsOf(one) })
    const targets = (one.targets?.(size) ?? []).map(({ measured, ...target }) => ({ ...target, value: measured(row) }))
    const whole = { label, others, ...row, ...(one.work && { work: one.work(size) }), targets }
    note(rowText(one, whole))
    return whole
  } catch (error) {
    // The others are worth measuring.
    note(error.message)
    process.exitCode = 1
    return { label, size, failed: error.message.slice(0, 200), sides: [], absent: [], targets: [] }
  }
}

/** Keeps the figures of the other cases, in the order of the list. */
function write(measured) {
  const before = existsSync(out) ? JSON.parse(readFileSync(out, 'utf8')).cases : []
  const all = new Map([...before, measured].map((one) => [one.name, one]))
  const ordered = cases.map(({ name }) => all.get(name)).filter((one) => one !== undefined)
  writeFileSync(`${out}.new`, `${JSON.stringify({ cases: ordered }, null, 2)}\n`)
  renameSync(`${out}.new`, out)
}

const scratch = mkdtempSync(join(tmpdir(), 'dml-crc-bench-'))
try {
  for (const one of chosen) {
    const missing = one.requires?.find((name) => !values[name])
    if (missing) {
      note(`${one.name}: left out, it needs --${missing}`)
      continue
    }
    await measureSizes(one, scratch, (measured) => out && write(measured))
  }
} finally {
  rmSync(scratch, { recursive: true })
}
