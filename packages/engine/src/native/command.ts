import { type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

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

/** How long a command that is told to end may take to do so. */
const GRACE_MS = 3000

/**
 * Runs a command without a shell and waits for its end; a command that is not there is a result, not an error. With a
 * `signal` the command is a process group of its own, so that what it started ends with it.
 * @throws the signal's reason, once the command and all that it started have ended.
 */
export async function runCommand(
  [command, ...args]: readonly string[],
  { cwd, env, signal, timeoutMs, onLine }: CommandOptions = {},
): Promise<CommandResult> {
  signal?.throwIfAborted()
  const grouped = signal !== undefined && process.platform !== 'win32'
  const child = spawn(command, args, { cwd, env, detached: grouped, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = (name: NodeJS.Signals) => (grouped ? killGroup(child.pid, name) : child.kill(name))
  let ending: NodeJS.Timeout | undefined
  let ended = ''
  const end = (why: string) => {
    ended ||= why
    kill('SIGTERM')
    ending ??= setTimeout(kill, GRACE_MS, 'SIGKILL')
  }
  const onAbort = () => end('stopped')
  signal?.addEventListener('abort', onAbort, { once: true })
  const limit = timeoutMs && setTimeout(end, timeoutMs, `ended after ${timeoutMs / 1000} s, the limit`)
  try {
    const { status, output } = await finished(child, onLine)
    signal?.throwIfAborted()
    return { ok: status === 0 && !ended, output: ended ? `${output}\n${ended}` : output }
  } finally {
    clearTimeout(limit)
    clearTimeout(ending)
    signal?.removeEventListener('abort', onAbort)
  }
}

/** The end of a process and of all that writes to its streams, with what was written. */
function finished(
  child: ChildProcessByStdio<null, Readable, Readable>,
  onLine?: (line: string) => void,
): Promise<{ status: number | null; output: string }> {
  return new Promise((resolve) => {
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
    child.on('error', (error) => resolve({ status: null, output: `${child.spawnargs[0]}: ${error.message}` }))
    child.on('close', (status) => resolve({ status, output }))
  })
}

function killGroup(pid: number | undefined, name: NodeJS.Signals): void {
  try {
    if (pid) process.kill(-pid, name)
  } catch (error) {
    // All of it has ended meanwhile.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** The last lines of a command's output, which is where it says what went wrong. */
export const lastLines = (output: string, count = 3) =>
  output
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .slice(-count)
    .join(' / ')

/** The lines that say what went wrong where the last ones only say that something did, as those of node-gyp. */
export function errorLines(output: string): string {
  const lines = output
    .split('\n')
    .filter(
      (line) =>
        /error\b|cannot |not recognized|no space left|disk quota/i.test(line) && !/^(node-pre-)?gyp /.test(line),
    )
  return lines.length > 0 ? lines.slice(0, 3).join(' / ') : lastLines(output)
}
