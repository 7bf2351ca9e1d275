// The command as a user runs it, from the sources, in a folder of its own.
import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const cli = here('../../apps/bench/src/cli.ts')
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const killAt = new URL('kill-at.mjs', import.meta.url).href

/** Runs `dml-crc ARGS` in `folder` to its end; `environment` may set a fault. */
export function run(folder, args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(
      process.execPath,
      ['--conditions=@dml-crc/source', '--import', tsx, '--import', killAt, cli, ...args, '--quiet'],
      {
        cwd: folder,
        env: {
          ...process.env,
          DML_CRC_HOME: join(folder, 'home'),
          DML_CRC_ENGINE: 'wasm',
          NO_COLOR: '1',
          ...environment,
        },
      },
    )
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.on('close', (status, signal) => resolve({ status, signal, output }))
  })
}

/** Whether an end is a success, or one error that says what was expected and received; no stack, no silence. */
export const isClean = ({ status, output }) =>
  status === 0 || (status === 1 && /expected .*, received /.test(output) && !/^ +at /m.test(output))
