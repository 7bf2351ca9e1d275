// SIGKILL at file operations of small runs of every command that writes, each followed by the same command again (with
// --resume where it has that): the files must be those of a run that was never killed, and nothing may be left over.
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { Prng } from '../../packages/core/src/index.ts'
import { run } from './command.mjs'

const set = (...assignments) => assignments.flatMap((each) => ['--set', each])
const small = set(
  'dataset.perClass={"train":4,"val":1,"test":1}',
  'backbones.0.pretrain.epochs=1',
  'methods=[{"method":"crc","options":{"lambda":0.3}},{"method":"dmlCrc","options":{"shrinkage":0.1,"between":0.5,"gamma":0,"lambda":0.1}}]',
  'sweeps=[{"method":"crc","option":"lambda","values":[0.1,1],"folds":2}]',
  'endToEnd.0.train.epochs=1',
  'endToEnd.0.options={"rank":8,"steps":2}',
)
const weights = ['--weights', join('base', 'checkpoints', 'tiny_vgg.safetensors')]

/** What is attacked: the command, and what is added to it when it goes on. */
const SCENARIOS = {
  run: { args: ['run', 'demo', ...small, '--out', 'out'], again: ['--resume'] },
  train: { args: ['train', 'demo', ...small, ...weights, '--out', 'out'], again: ['--resume'] },
  export: { args: ['export', 'demo', ...small, ...weights, '--out', 'out'], again: ['--resume'] },
  overwrite: {
    before: ['export', 'demo', ...small, ...weights, '--seed', '1', '--out', 'out'],
    args: ['export', 'demo', ...small, ...weights, '--overwrite', '--out', 'out'],
    again: [],
  },
  features: { args: ['features', 'demo', ...small, ...weights, '--out', 'out'], again: [] },
  data: { args: ['data', 'get', 'demo', '--root', 'out'], again: [] },
}

/** Everything measured in time or memory, and when. */
const TIMES = new Set(['startedAt', 'finishedAt', 'seconds', 'peakRssMb', 'command'])
function withoutTimes(text) {
  try {
    return JSON.stringify(JSON.parse(text), (key, value) => (TIMES.has(key) ? undefined : value))
  } catch {
    // A checkpoint has its digest in a line behind the JSON.
    return text
  }
}

/** Every file below a folder with a digest of what is in it, times left out. */
function snapshot(folder) {
  const files = {}
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath ?? entry.path, entry.name)
    if (entry.isDirectory()) continue
    const bytes = readFileSync(path)
    // The report holds times of its own.
    const isTimed = /report\.html$/.test(path)
    const content = isTimed ? '' : path.endsWith('.json') ? withoutTimes(bytes.toString()) : bytes
    files[relative(folder, path)] = createHash('sha256').update(content).digest('hex')
  }
  return files
}

function differences(expected, found) {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])]
  return names
    .filter((name) => expected[name] !== found[name])
    .map((name) => {
      if (!(name in found)) return `${name} is missing`
      return name in expected ? `${name} differs` : `${name} is left over`
    })
}

/** One operation out of each of `most` equal parts of `count`, drawn by the seed; every one where there are no more. */
function killPoints(count, most, prng) {
  if (most >= count) return Array.from({ length: count }, (_, i) => i + 1)
  const edge = (part) => Math.floor((part * count) / most)
  return Array.from({ length: most }, (_, part) => 1 + edge(part) + prng.int(edge(part + 1) - edge(part)))
}

/**
 * `kills` are the kill points of each scenario; all of its operations where left out.
 * @returns the number of kills, and what went wrong
 */
export async function killEverywhere({ kills: most = Number.POSITIVE_INFINITY, seed, only }) {
  const failures = []
  const fail = (failure) => {
    console.log(`failure: ${failure}`)
    failures.push(failure)
  }
  let kills = 0
  const base = mkdtempSync(join(tmpdir(), 'dml-crc-faults-base-'))
  const folder = mkdtempSync(join(tmpdir(), 'dml-crc-faults-'))
  const reset = (from) => {
    rmSync(folder, { recursive: true, force: true })
    if (from) cpSync(from, folder, { recursive: true, preserveTimestamps: true })
    else mkdirSync(folder)
  }
  const must = async (args, environment) => {
    const end = await run(folder, args, environment)
    if (end.status !== 0) throw new Error(`dml-crc ${args.join(' ')} failed with status ${end.status}\n${end.output}`)
  }
  try {
    // What is there before: the drawn set and trained weights.
    reset()
    await must(['run', 'demo', ...small, ...set('methods=[]', 'sweeps=[]', 'endToEnd=[]'), '--out', 'base'])
    rmSync(join(folder, 'home', 'features'), { recursive: true, force: true })
    cpSync(folder, base, { recursive: true, preserveTimestamps: true })
    for (const [name, { before, args, again }] of Object.entries(SCENARIOS)) {
      if (only && only !== name) continue
      reset(base)
      let start = base
      if (before) {
        await must(before)
        start = `${base}-${name}`
        cpSync(folder, start, { recursive: true, preserveTimestamps: true })
      }
      const counter = join(base, 'count')
      await must(args, { FAULT_COUNT: counter })
      const count = Number(readFileSync(counter, 'utf8'))
      rmSync(counter)
      const whole = snapshot(folder)
      const failuresBefore = failures.length
      const points = killPoints(count, most, Prng.fromSeed(seed).split(name))
      for (const at of points) {
        reset(start)
        const killed = await run(folder, args, { FAULT_AT: String(at) })
        if (++kills % 10 === 0) console.log(`${kills} kills so far, the last of ${name} at operation ${at} of ${count}`)
        if (killed.signal !== 'SIGKILL') {
          fail(`${name}: was not killed at operation ${at} of ${count}: ${killed.output}`)
          continue
        }
        const resumed = await run(folder, [...args, ...again])
        const wrong =
          resumed.status === 0 ? differences(whole, snapshot(folder)) : [`fails to go on: ${resumed.output}`]
        if (wrong.length > 0) fail(`${name} killed at operation ${at} of ${count}: ${wrong.join(', ')}`)
      }
      if (start !== base) rmSync(start, { recursive: true })
      const found = failures.length - failuresBefore
      console.log(`${name}: killed at ${points.length} of ${count} file operations, ${found} failures`)
    }
  } finally {
    for (const path of [base, folder]) rmSync(path, { recursive: true, force: true })
  }
  return { tries: kills, failures }
}
