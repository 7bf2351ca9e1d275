import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, vi } from 'vitest'
import { main } from '../command-line/main.ts'

/** As it is built: a process starts in half the time. */
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

type Finished = Pick<SpawnSyncReturns<string>, 'status' | 'stdout' | 'stderr'>

/** The command with its caches in `folder`, where it runs. Its engine is wasm. */
export function commandIn(folder: string) {
  const environment = { DML_CRC_HOME: join(folder, 'home'), DML_CRC_ENGINE: 'wasm', NO_COLOR: '1' }
  const asProcess = (more: Record<string, string> = {}) => ({
    cwd: folder,
    encoding: 'utf8' as const,
    env: { ...process.env, ...environment, ...more },
  })
  return {
    /** Runs it to its end in this process, which saves the start of another one with its libraries. */
    run: (...words: string[]): Promise<Finished> => runHere(folder, environment, words),
    /** Runs it to its end as a user would, in a process of its own, with more variables where they matter. */
    runProcess(words: readonly string[], variables?: Record<string, string>): Finished {
      const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...words], asProcess(variables))
      return { status, stdout, stderr }
    },
    /** Starts a process, to be watched or stopped. */
    start: (...words: string[]) => spawn(process.execPath, [cli, ...words], asProcess()),
  }
}

async function runHere(folder: string, environment: Record<string, string>, words: string[]): Promise<Finished> {
  const before = { folder: process.cwd(), exitCode: process.exitCode }
  const written = { stdout: '', stderr: '' }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  const captured = (['stdout', 'stderr'] as const).map((name) =>
    vi.spyOn(process[name], 'write').mockImplementation((text) => {
      written[name] += text
      return true
    }),
  )
  process.chdir(folder)
  process.exitCode = undefined
  try {
    await main(words)
    return { status: Number(process.exitCode ?? 0), ...written }
  } finally {
    process.chdir(before.folder)
    process.exitCode = before.exitCode
    for (const each of captured) each.mockRestore()
    vi.unstubAllEnvs()
  }
}

/** What it printed, where it must have succeeded. */
export function expectDone({ status, stdout, stderr }: Finished): string {
  expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' })
  return stdout
}

/** One clear error: what was expected, what was received, exit status 1, and no stack. */
export function expectError({ status, stdout, stderr }: Finished, ...words: RegExp[]): void {
  const errors = stderr.split('\n').filter((line) => line.startsWith('dml-crc:'))
  expect(errors).toHaveLength(1)
  expect(stderr).toMatch(/expected .*, received /)
  expect(stderr).not.toMatch(/^ +at /m)
  for (const word of words) expect(stderr).toMatch(word)
  expect(stdout).toBe('')
  expect(status).toBe(1)
}

/** `--set` and each assignment. */
export const assign = (...assignments: string[]): string[] => assignments.flatMap((each) => ['--set', each])
