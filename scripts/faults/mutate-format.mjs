// The cases of formats, one after another: node mutate-format.mjs FORMAT[,FORMAT…] CASES SEED
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DmlCrcError, Prng } from '../../packages/core/src/index.ts'
import { mutated } from './mutations.mjs'
import { SUBJECTS } from './subjects.mjs'

const [formats, cases, seed] = process.argv.slice(2)
const MOST_EXTRA = 2 ** 28

for (const format of formats.split(',')) {
  const folder = mkdtempSync(join(tmpdir(), 'dml-crc-faults-'))
  try {
    await attack(format, folder)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function attack(format, folder) {
  const { file, read } = await SUBJECTS[format](folder)
  const original = readFileSync(file)
  await read()
  const prng = Prng.fromSeed(Number(seed)).split(format)
  const fail = (i, what) => console.log(`failure: ${format}, case ${i}: ${what}`)
  let whole = 0
  let refused = 0
  for (let i = 0; i < Number(cases); i++) {
    const bytes = mutated(original, prng.split(i))
    await writeFile(file, bytes)
    if (i % 20 === 0) globalThis.gc?.()
    const before = process.memoryUsage.rss()
    try {
      const wrong = await read()
      if (wrong) fail(i, wrong)
      whole++
    } catch (error) {
      refused++
      const [first, ...places] = String(error?.stack ?? error).split('\n')
      if (!(error instanceof DmlCrcError)) fail(i, [first, ...places.slice(0, 2)].join(' | '))
    }
    const grown = process.memoryUsage.rss() - before
    if (grown > 4 * bytes.length + MOST_EXTRA) fail(i, `${grown} bytes of memory for a file of ${bytes.length}`)
  }
  const most = process.resourceUsage().maxRSS * 1024
  console.log(`${format}: ${cases} cases, ${whole} read, ${refused} refused, ${Math.round(most / 2 ** 20)} MB at most`)
}
