import { spawn } from 'node:child_process'

export interface CommandOptions {
  cwd?: string
  env?: NodeJS.ProcessEnv
  signal?: AbortSignal
  timeoutMs?: number
  /** Told each line that the command prints, to either stream. */
  onLine?: (line: string) => void
}

export interface CommandResult {
  /** Whether it was found, ended by itself, and with status 0. */
  ok: boolean
  output: string
}

/** Runs a command without a shell and waits for its end; a command that is not there is a result, not an error. */
export function runCommand(
  [command, ...args]: readonly string[],
  { cwd, env, signal, timeoutMs, onLine }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, signal, timeout: timeoutMs, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    let line = ''
    const take = (piece: Buffer) => {
      output += piece
      const lines = (line + piece).split(/[\r\n]+/)
      line = lines.pop() ?? ''
      for (const text of lines) if (text.trim()) onLine?.(text.trim())
    }
    child.stdout.on('data', take)
    child.stderr.on('data', take)
    child.on('error', (error) => {
      if (signal?.aborted) reject(signal.reason)
      else resolve({ ok: false, output: `${command}: ${error.message}` })
    })
    child.on('close', (status, killedBy) => {
      if (signal?.aborted) return reject(signal.reason)
      const timedOut = killedBy && timeoutMs ? `\nended by ${killedBy} after ${timeoutMs / 1000} s at most` : ''
      resolve({ ok: status === 0, output: output + timedOut })
    })
  })
}

/** The last lines of a command's output, which is where it says what went wrong. */
export const lastLines = (output: string, count = 3) =>
  output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(-count)
    .join(' / ')
