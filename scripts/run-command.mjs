import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

/**
 * Runs a command to its end.
 * @throws Error with everything it printed, where its status is not 0.
 */
export async function run(what, command, args, options) {
  try {
    return await promisify(execFile)(command, args, { maxBuffer: 2 ** 26, ...options })
  } catch ({ code, stdout, stderr }) {
    throw new Error(`${what} failed with status ${code}\n${stdout}${stderr}`)
  }
}

/** The same for a command that must not write to standard error; gives what it printed. */
export async function runQuietly(what, command, args, options) {
  const { stdout, stderr } = await run(what, command, args, options)
  if (stderr !== '') throw new Error(`${what} writes to standard error:\n${stderr}`)
  return stdout
}
