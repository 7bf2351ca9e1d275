import { createInterface } from 'node:readline/promises'
import { InputError } from '@dml-crc/core/errors'
import type { DatasetStatus } from '@dml-crc/datasets'

const STATES = { absent: 'not here', begun: 'begun: `data get` goes on', present: 'here' }

/** What a user should know of a set before it is fetched, a fact a line. */
export function describeSet(set: DatasetStatus): string {
  const { name, title, root, state, licence, citation } = set
  return [
    `${name}: ${title}; ${originOf(set)}; ${STATES[state]}`,
    `  licence  ${licence}`,
    `  cite     ${citation}`,
    `  folder   ${root}`,
  ].join('\n')
}

function originOf({ images, bytes, page }: DatasetStatus): string {
  if (images === undefined) return 'drawn on this machine'
  return `${images} images, ${bytes === undefined ? `to be fetched by hand from ${page}` : `${Math.round(bytes / 1e6)} MB to download`}`
}

/**
 * Shows the terms of a set on standard error and asks whether to go on.
 * @throws InputError when the answer is no, or the terminal is not interactive
 */
export async function askForTerms(set: DatasetStatus): Promise<void> {
  process.stderr.write(`${describeSet(set)}\n`)
  const refuse = (received: string) => {
    const expected = 'your agreement to the terms above'
    return new InputError(`data get ${set.name}`, { expected, received, remedy: 'Pass --yes to agree.' })
  }
  if (!process.stdin.isTTY) throw refuse('no terminal to ask on')
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await terminal.question('Download it under these terms? [y/N] ')
  terminal.close()
  if (!/^y(es)?$/i.test(answer.trim())) throw refuse(answer.trim() || 'no answer')
}
