// Two and three processes at once on every shared folder: all end well, or one says that another is at work; what they leave is
// what one alone leaves.
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isClean, run } from './command.mjs'
import { set } from './scenarios.mjs'

const tiny = (train) =>
  set(
    `dataset.perClass={"train":${train},"val":1,"test":1}`,
    'backbones.0.pretrain.epochs=1',
    'methods=[{"method":"crc","options":{"lambda":0.3}}]',
    'sweeps=[]',
    'endToEnd=[]',
  )

const twoMethods = set(
  'backbones.0.inputSize=16',
  'methods=[{"method":"dmlCrc","options":{"shrinkage":0.1,"between":0.5,"gamma":0,"lambda":0.1}}]',
)
const aRun = ['run', 'demo', ...tiny(2), ...twoMethods, '--out', 'a']
const weights = ['--weights', join('a', 'checkpoints', 'tiny_vgg.safetensors')]

/** What runs at once, after what, and how many of them must succeed. */
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
  'three get one set from a server': {
    before: ['get-set', 'serve'],
    commands: [1, 2, 3].map(() => ['get-set', 'get']),
    succeed: 3,
  },
  'three export the model of one run': {
    before: aRun,
    commands: [1, 2, 3].map(() => ['export', 'a']),
    succeed: 3,
    after: ['export', 'a'],
  },
  'two write one site': { before: aRun, commands: [1, 2].map(() => ['web', 'a', '--out', 'site']), succeed: 2 },
  'three write features into one folder': {
    before: aRun,
    commands: [1, 2, 3].map(() => ['features', 'demo', ...tiny(2), ...twoMethods, ...weights, '--out', 'features']),
    succeed: 3,
  },
  'two runs into one folder': { commands: [1, 2].map(() => ['run', 'demo', ...tiny(2), '--out', 'one']), succeed: 1 },
}

const LEFT_OVER = /\.(tmp|old|lock|part|new)$/

async function must(folder, words) {
  const { status, output } = await run(folder, words)
  if (status !== 0) throw new Error(`${words.join(' ')} failed: ${output}`)
}

/** @returns the number of rounds, and what went wrong */
export async function runTogether({ rounds, only }) {
  const failures = []
  let tries = 0
  const fail = (failure) => {
    console.log(`failure: ${failure}`)
    failures.push(failure)
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, { before: first, commands, succeed, after }] of Object.entries(ROUNDS)) {
      if (only && only !== name) continue
      tries++
      const before = failures.length
      const folder = mkdtempSync(join(tmpdir(), 'dml-crc-faults-'))
      if (first) await must(folder, first)
      const ends = await Promise.all(commands.map((args) => run(folder, args)))
      const done = ends.filter(({ status }) => status === 0).length
      if (done < succeed) fail(`${name}: ${done} of ${succeed} succeeded`)
      for (const end of ends) if (!isClean(end)) fail(`${name}: ${end.output}`)
      // What several have written at once is whole.
      if (after) await must(folder, after)
      const left = readdirSync(folder, { recursive: true }).filter((file) => LEFT_OVER.test(file))
      if (left.length > 0) fail(`${name}: left over ${left.join(', ')}`)
      rmSync(folder, { recursive: true })
      console.log(`${name}: ${done} of ${commands.length} succeeded, ${failures.length - before} failures`)
    }
  }
  return { tries, failures }
}
