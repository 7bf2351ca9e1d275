// Two and three processes at once on every shared folder: all end well, or one says that another is at work; what they leave is
// what one alone leaves.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isClean, run } from './command.mjs'

const set = (...assignments) => assignments.flatMap((each) => ['--set', each])
const tiny = (train) =>
  set(
    `dataset.perClass={"train":${train},"val":1,"test":1}`,
    'backbones.0.pretrain.epochs=1',
    'methods=[{"method":"crc","options":{"lambda":0.3}}]',
    'sweeps=[]',
    'endToEnd=[]',
  )

/** What runs at once, and how many of them must succeed. */
const ROUNDS = {
  'three draw one set': { commands: [1, 2, 3].map(() => ['data', 'get', 'demo', '--root', 'set']), succeed: 3 },
  'two runs of sets that differ': {
    commands: [2, 3].map((train) => ['run', 'demo', ...tiny(train), '--out', `out-${train}`]),
    succeed: 2,
  },
  'three runs share sets and features': {
    commands: [1, 2, 3].map((n) => ['run', 'demo', ...tiny(2), '--out', `same-${n}`]),
    succeed: 3,
  },
  'two runs into one folder': { commands: [1, 2].map(() => ['run', 'demo', ...tiny(2), '--out', 'one']), succeed: 1 },
}

const LEFT_OVER = /\.(tmp|old|lock|part|new)$/

/** @returns the number of rounds, and what went wrong */
export async function runTogether({ rounds, only }) {
  const failures = []
  let tries = 0
  const fail = (failure) => {
    console.log(`failure: ${failure}`)
    failures.push(failure)
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, { commands, succeed }] of Object.entries(ROUNDS)) {
      if (only && only !== name) continue
      tries++
      const before = failures.length
      const folder = mkdtempSync(join(tmpdir(), 'dml-crc-faults-'))
      const ends = await Promise.all(commands.map((args) => run(folder, args)))
      const done = ends.filter(({ status }) => status === 0).length
      if (done < succeed) fail(`${name}: ${done} of ${succeed} succeeded`)
      for (const end of ends) if (!isClean(end)) fail(`${name}: ${end.output}`)
      const left = readdirSync(folder, { recursive: true }).filter((file) => LEFT_OVER.test(file))
      if (left.length > 0) fail(`${name}: left over ${left.join(', ')}`)
      rmSync(folder, { recursive: true })
      console.log(`${name}: ${done} of ${commands.length} succeeded, ${failures.length - before} failures`)
    }
  }
  return { tries, failures }
}
