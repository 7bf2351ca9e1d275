// Writes the page of `dml-crc web` for the flowers that are drawn: `npm run site:demo -- --out FOLDER`. Its network is small
// and not trained, so that it takes seconds and nothing is downloaded.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const { out } = parseArgs({ options: { out: { type: 'string', default: 'site' } } }).values
const entry = join(dirname(fileURLToPath(import.meta.url)), 'dml-crc.mjs')
const work = mkdtempSync(join(tmpdir(), 'dml-crc-site-'))

function dmlCrc(...args) {
  const { status, error } = spawnSync(process.execPath, [entry, ...args], { cwd: work, stdio: 'inherit' })
  if (error) throw error
  if (status !== 0) throw new Error(`dml-crc ${args[0]} ended with status ${status}`)
}

/** Several layers of a network of random weights tell the kinds apart as well as one that was trained for a minute. */
const EXPERIMENT = {
  'dataset.perClass': { train: 32, val: 1, test: 4 },
  backbones: [
    {
      name: 'tiny_vgg',
      weights: 'none',
      layers: ['block1_pool', 'block2_pool', 'block3_pool', 'block4'],
      pools: ['average', 'max'],
      inputSize: 96,
    },
  ],
}

try {
  const choices = Object.entries(EXPERIMENT).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`])
  dmlCrc('export', 'demo', ...choices, '--out', 'run')
  dmlCrc('web', 'run', '--title', 'Drawn flowers', '--examples', '8', '--out', resolve(out))
} finally {
  rmSync(work, { recursive: true, force: true })
}
