// The command line of the attacks: `dml-crc` from its sources, and `get-set`.
import { fileURLToPath } from 'node:url'
import { main as command } from '../../apps/bench/src/command-line/main.ts'
import { quietWarnings } from '../../apps/bench/src/command-line/warnings.ts'

/** Runs words as a user would; like the command it throws nothing and sets `process.exitCode`. */
export async function main([first, ...rest]) {
  if (first !== 'get-set') return command([first, ...rest, '--quiet'])
  const { getSet } = await import('./get-set.mjs')
  await getSet(rest[0]).catch((error) => {
    process.stderr.write(`${error.message}\n`)
    process.exitCode = 1
  })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  quietWarnings()
  await main(process.argv.slice(2))
}
