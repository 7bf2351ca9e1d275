import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'

/** SHA-256 of the sources in this folder, in the order of their names. */
export function digestOfSources() {
  const hash = createHash('sha256')
  const sources = readdirSync(new URL('.', import.meta.url)).filter((name) => name.endsWith('.ts'))
  for (const name of sources.sort()) hash.update(readFileSync(new URL(name, import.meta.url)))
  return hash.digest('hex')
}
