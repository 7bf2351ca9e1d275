import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect } from 'vitest'

const cli = fileURLToPath(new URL('../cli.ts', import.meta.url))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const node = ['--conditions=@dml-crc/source', '--import', tsx, cli]

type Finished = Pick<SpawnSyncReturns<string>, 'status' | 'stdout' | 'stderr'>

/** The command as a user would run it, on the wasm engine, with its caches in `folder`. */
export function commandIn(folder: string) {
  const environment = {
    ...process.env,
    DML_CRC_HOME: join(folder, 'home'),
    DML_CRC_ENGINE: 'wasm',
    NO_COLOR: '1',
  }
  return {
    /** Runs it to its end. */
    run(...args: string[]): Finished {
      const { status, stdout, stderr } = spawnSync(process.execPath, [...node, ...args], {
        cwd: folder,
        encoding: 'utf8',
        env: environment,
      })
      return { status, stdout, stderr }
    },
    /** Starts it, to be watched or stopped. */
    start: (...args: string[]) => spawn(process.execPath, [...node, ...args], { cwd: folder, env: environment }),
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
