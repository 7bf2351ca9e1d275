// Fuzzing guided by coverage of the parsers written by hand: npm run fuzz -- [--only TARGET] [--seconds N] [--seed N].
// The fuzzer, Jazzer.js, has native parts: npx fetches it when this is run, and it is no dependency of the project. Its library for
// Linux needs glibc 2.38 or later (Debian 13, Ubuntu 24.04).
import { spawnSync } from 'node:child_process'
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'esbuild'
import { picture } from '../../packages/datasets/src/testdata/pictures.ts'

const FUZZER = '@jazzer.js/core@4.0.0'

/** Each target of targets.mjs, and the endings of the sound files that it starts from. */
const TARGETS = {
  npy: ['.npy'],
  mat: ['.mat'],
  safetensors: ['.safetensors'],
  csv: ['.csv', '.txt'],
  jpeg: ['.jpg'],
}

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '60' },
    seed: { type: 'string', default: '20261125' },
  },
})

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const arrays = here('../../packages/core/src/arrays/testdata')

/** The target and all that it imports as one file, which the fuzzer instruments. */
const bundle = (target, to) =>
  build({
    stdin: { contents: `export { ${target} as fuzz } from './targets.mjs'`, resolveDir: here('.') },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    conditions: ['@dml-crc/source'],
    outfile: to,
  })

/** Sound files to start from, in a folder where the fuzzer keeps what it finds. */
async function corpus(endings, to) {
  mkdirSync(to)
  for (const name of readdirSync(arrays).filter((file) => endings.some((ending) => file.endsWith(ending))))
    copyFileSync(join(arrays, name), join(to, name))
  if (!endings.includes('.jpg')) return
  const plain = picture(12, 8).jpeg()
  writeFileSync(join(to, 'plain.jpg'), await plain.toBuffer())
  writeFileSync(join(to, 'turned.jpg'), await plain.withMetadata({ orientation: 6 }).toBuffer())
}

let failed = false
for (const [target, endings] of Object.entries(TARGETS)) {
  if (values.only && values.only !== target) continue
  const folder = mkdtempSync(join(tmpdir(), `dml-crc-fuzz-${target}-`))
  writeFileSync(join(folder, 'package.json'), '{"type": "commonjs"}\n')
  await bundle(target, join(folder, 'target.js'))
  await corpus(endings, join(folder, 'corpus'))
  const options = [
    `-max_total_time=${values.seconds}`,
    `-seed=${values.seed}`,
    '-rss_limit_mb=1024',
    '-print_final_stats=1',
  ]
  const jazzer = ['--yes', `--package=${FUZZER}`, 'jazzer', 'target', 'corpus', '--sync', '--', ...options]
  const { status, stderr } = spawnSync('npx', jazzer, {
    cwd: folder,
    encoding: 'utf8',
    shell: process.platform === 'win32',
  })
  const runs = /stat::number_of_executed_units: *(\d+)/.exec(stderr)?.[1]
  const covered = [...stderr.matchAll(/cov: (\d+)/g)].at(-1)?.[1]
  if (status === 0) {
    console.log(`${target}: ${runs} runs, ${covered} edges covered, nothing found`)
    rmSync(folder, { recursive: true })
  } else {
    failed = true
    const found = readdirSync(folder).filter((name) => /^(crash|oom|timeout)-/.test(name))
    console.log(`${target}: ${stderr.slice(-2000)}\n${found.map((name) => join(folder, basename(name))).join('\n')}`)
  }
}
process.exitCode = failed ? 1 : 0
