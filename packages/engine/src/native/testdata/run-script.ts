import { type SpawnOptions, spawn } from 'node:child_process'

/** Where this package is built; scripts import from it as `${engine}/…`. */
export const engine = new URL('../../../dist', import.meta.url).pathname

export interface Ran {
  /** The exit status, or the signal that ended the process. */
  status: number | string
  stdout: string
  stderr: string
}

/** The command that runs a script in a process of its own. */
export const scriptCommand = (script: string) => [process.execPath, '--input-type=module', '--eval', script]

/** Runs a command, from this package's folder unless said; `onOutput` may end it or send it a signal. */
export function run(
  [command, ...args]: string[],
  options: SpawnOptions & { onOutput?: (all: string, kill: (signal: NodeJS.Signals) => void) => void } = {},
): Promise<Ran> {
  const { onOutput, ...rest } = options
  const child = spawn(command!, args, { cwd: engine, ...rest, stdio: ['ignore', 'pipe', 'pipe'] })
  const ran: Ran = { status: '', stdout: '', stderr: '' }
  child.stdout!.on('data', (piece) => {
    ran.stdout += piece
    onOutput?.(ran.stdout, (signal) => child.kill(signal))
  })
  child.stderr!.on('data', (piece) => {
    ran.stderr += piece
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status, signal) => resolve({ ...ran, status: status ?? signal! }))
  })
}
