import { createInterface } from 'node:readline/promises'
import { InputError } from '@dml-crc/core/errors'
import type { DatasetStatus } from '@dml-crc/datasets'

const STATES = { absent: 'not here', begun: 'begun: `data get` goes on', present: 'here' }

/** What a user should know of a set before it is fetched, a fact a line. */
export function describeSet({ name, title, root, state, bytes, images, licence, citation }: DatasetStatus): string {
  const size = bytes === undefined ? 'drawn on this machine' : `${images} images, ${megabytes(bytes)} to download`
  return [
    `${name}: ${title}; ${size}; ${STATES[state]}`,
    `  licence  ${licence}`,
    `  cite     ${citation}`,
    `  folder   ${root}`,
  ].join('\n')
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`

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
