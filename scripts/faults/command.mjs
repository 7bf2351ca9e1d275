// The command as a user runs it, from the sources, in a folder of its own.
import { fork, spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const here = (path) => fileURLToPath(new URL(path, import.meta.url))
const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const options = ['--conditions=@dml-crc/source', '--import', tsx]

const environmentIn = (folder) => ({
  DML_CRC_HOME: join(folder, 'home'),
  DML_CRC_ENGINE: 'wasm',
  NO_COLOR: '1',
})

/** Runs words in `folder` to their end, in a process of their own; `environment` may set a fault. */
export function run(folder, args, environment = {}) {
  return new Promise((resolve) => {
    const preload = ['--import', new URL('kill-at.mjs', import.meta.url).href]
    const child = spawn(process.execPath, [...options, ...preload, here('entry.mjs'), ...args], {
      cwd: folder,
      env: { ...process.env, ...environmentIn(folder), ...environment },
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text))
    child.on('close', (status, signal) => resolve({ status, signal, output }))
  })
}

/** A process that runs one command after another: `run(folder, args)` as {@link run}, and `close()`. */
export function openRunner() {
  const child = fork(here('resume-here.mjs'), { execArgv: options, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  return {
    run: (folder, args) =>
      new Promise((resolve) => {
        const onExit = (status, signal) =>
          resolve({ status: status ?? 1, output: `the process ended with ${signal ?? status}` })
        child.once('exit', onExit)
        child.once('message', (end) => {
          child.off('exit', onExit)
          resolve(end)
        })
        child.send({ folder, args, environment: environmentIn(folder) })
      }),
    close: () => child.kill(),
  }
}

/** Whether an end is a success, or one error that says what was expected and received; no stack, no silence. */
export const isClean = ({ status, output }) =>
  status === 0 || (status === 1 && /expected .*, received /.test(output) && !/^ +at /m.test(output))
