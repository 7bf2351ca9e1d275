// A command as a side of a case: its wall time, and its peak memory where GNU time is here.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

const TIME = '/usr/bin/time'

/** @returns {{ seconds: number, peakBytes?: number, stdout: string }} */
export function runCommand(program, args) {
  const timed = existsSync(TIME)
  const [name, all] = timed ? [TIME, ['-f', '%M', program, ...args]] : [program, args]
  const start = performance.now()
  const { status, stdout, stderr } = spawnSync(name, all, { encoding: 'utf8', maxBuffer: 2 ** 28 })
  const seconds = (performance.now() - start) / 1000
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ends with ${status}: ${stderr.slice(-500)}`)
  const kibibytes = timed ? Number(stderr.trim().split('\n').at(-1)) : undefined
  return { seconds, stdout, ...(kibibytes && { peakBytes: kibibytes * 1024 }) }
}
