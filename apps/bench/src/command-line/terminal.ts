import type { OnProgress } from '@dml-crc/core'
import { progressDisplay } from './progress.ts'

/** The options that every command takes. */
export interface GlobalOptions {
  json?: boolean
  quiet?: boolean
  verbose?: boolean
}

/**
 * Where a command writes. Standard output carries the result (a table, or one JSON document with `--json`);
 * standard error carries progress and notes, and nothing but errors with `--quiet`.
 */
export interface Terminal {
  readonly json: boolean
  /** Writes the result as text; silent with `--json`. */
  print(text: string): void
  /** Writes the result as JSON; silent without `--json`. */
  printJson(value: unknown): void
  /** Says something about the work on standard error; silent with `--quiet`. */
  note(text: string): void
  readonly onProgress: OnProgress
  bold(text: string): string
  dim(text: string): string
}

export function openTerminal({ json = false, quiet = false }: GlobalOptions): Terminal {
  const styled = usesColour(process.stdout)
  const style = (code: number) => (text: string) => (styled ? `\u001b[${code}m${text}\u001b[0m` : text)
  const display = progressDisplay(process.stderr, { animated: process.stderr.isTTY === true && !process.env.CI })
  return {
    json,
    print: (text) => {
      if (!json) process.stdout.write(`${text}\n`)
    },
    printJson: (value) => {
      if (json) process.stdout.write(`${JSON.stringify(value, null, 2)}\n`)
    },
    note: (text) => {
      if (!quiet) display({ kind: 'note', task: '', text })
    },
    onProgress: quiet ? () => {} : display,
    bold: style(1),
    dim: style(2),
  }
}

/** Follows https://no-color.org: a non-empty NO_COLOR wins, and only a terminal gets colours. */
function usesColour(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'
}
