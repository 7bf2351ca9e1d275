// The cases of one format: node mutate-format.mjs FORMAT CASES SEED
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DmlCrcError, Prng } from '../../packages/core/src/index.ts'
import { mutated } from './mutations.mjs'
import { SUBJECTS } from './subjects.mjs'

const [format, cases, seed] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'dml-crc-faults-'))
const MOST_EXTRA = 2 ** 28
try {
  const { file, read } = await SUBJECTS[format](folder)
  const original = readFileSync(file)
  await read()
  const prng = Prng.fromSeed(Number(seed)).split(format)
  let whole = 0
  let refused = 0
  for (let i = 0; i < Number(cases); i++) {
    const bytes = mutated(original, prng.split(i))
    await writeFile(file, bytes)
    if (i % 20 === 0) globalThis.gc?.()
    const before = process.memoryUsage.rss()
    try {
      const wrong = await read()
      if (wrong) console.log(`failure: case ${i}: ${wrong}`)
      whole++
    } catch (error) {
      refused++
      if (!(error instanceof DmlCrcError))
        console.log(
          `failure: case ${i}: ${String(error?.stack ?? error)
            .split('\n')
            .slice(0, 3)
            .join(' | ')}`,
        )
    }
    const grown = process.memoryUsage.rss() - before
    if (grown > 4 * bytes.length + MOST_EXTRA)
      console.log(`failure: case ${i}: ${grown} bytes of memory for a file of ${bytes.length}`)
  }
  const most = process.resourceUsage().maxRSS * 1024
  console.log(`${cases} cases, ${whole} read, ${refused} refused, ${Math.round(most / 2 ** 20)} MB at most`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
