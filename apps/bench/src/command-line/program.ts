import { readFileSync } from 'node:fs'
import { Command, type CommanderError } from 'commander'
import { commands } from '../commands/all.ts'
import { usageError } from './usage.ts'

const { version, description } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))

const FOOTER = `
Standard output carries the result, standard error the progress and the errors.
Exit status: 0 done; 1 wrong use, bad data or a failure; 130 or 143 stopped by a signal, what was finished is kept.
Environment: DML_CRC_HOME (caches and downloads, ~/.cache/dml-crc), DML_CRC_ENGINE (as --engine), NO_COLOR,
DML_CRC_MIRROR (a server asked for data sets before their own), HF_ENDPOINT, HF_TOKEN, HF_HUB_OFFLINE (weights).`

/** The whole command line. Errors of use are thrown as InputError, after which the caller decides what to print. */
export function buildProgram(): Command {
  const program = new Command('dml-crc')
    .description(`${description}.`)
    .version(version, '-V, --version', 'print the version')
    .option('--json', 'print one JSON document instead of a table')
    .option('-q, --quiet', 'no progress and no notes, only the result and errors')
    .option('--verbose', 'show the stack of an error')
    .addHelpText('after', FOOTER)
  for (const add of commands) add(program)
  prepare(program)
  return program
}

/** Settings that commander keeps for each command apart. */
function prepare(command: Command): void {
  command
    .configureOutput({ writeErr: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .helpOption('-h, --help', 'show this help')
    .exitOverride((error: CommanderError) => {
      throw error.exitCode === 0 ? new TextShown(command.name()) : usageError(command, error)
    })
  for (const each of command.commands) prepare(each)
}

/** Thrown in place of doing anything, once the help of a command, or the version, is printed. */
export class TextShown extends Error {
  readonly command: string

  constructor(command: string) {
    super('shown')
    this.command = command
  }
}
