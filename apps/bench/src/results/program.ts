import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { Results } from './schema.ts'

const home = fileURLToPath(new URL('../..', import.meta.url))

export const { version }: { version: string } = JSON.parse(
  readFileSync(new URL('package.json', `file://${home}`), 'utf8'),
)

/** The program that measures, with the command line as a reader would type it: without the place of a home folder. */
export function describeProgram(seed: number): NonNullable<Results['program']> {
  const words = process.argv.slice(2).map((word) => word.replaceAll(homedir(), '~'))
  const command = ['dml-crc', ...words.map((word) => (/[\s'"*?]/.test(word) ? JSON.stringify(word) : word))].join(' ')
  return { version, commit: commitOf(home), command, seed }
}

/** The commit of a checkout, marked where files differ from it; none for an installed package. */
function commitOf(folder: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  try {
    if (git('ls-files', 'package.json') === '') return undefined
    return git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain', '.') === '' ? '' : ', with changes')
  } catch {
    return undefined
  }
}
