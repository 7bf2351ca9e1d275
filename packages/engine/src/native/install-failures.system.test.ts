import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findPackage } from './folder.ts'
import { engine, run, scriptCommand } from './testdata/run-script.ts'
import { makeWheel } from './testdata/wheel.ts'

// The installer in a process of its own, on a disk that is full, in a folder that cannot be written, and stopped by
// Ctrl-C: it says what to do, leaves nothing behind, and wasm works.

const MEGABYTE = 2 ** 20
// The binding is built by node-gyp, which is written in Python.
const hasPython = await run(['python3', '--version']).then(
  ({ status }) => status === 0,
  () => false,
)
const possible = process.platform === 'linux' && hasPython && findPackage('tfjs-node')
const skip = possible ? '' : ' (skipped: only on Linux, with Python and the package @tensorflow/tfjs-node)'
/** Runs a command where `$0` is a disk of its own; the words after it are the mount options. */
const onDisk = (folder: string, options: string, command: string[]) => [
  ...['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c'],
  `mount -t tmpfs -o ${options} tmpfs "$0" && exec "$@"`,
  ...[folder, ...command],
]

let root: string
let home: string
let wheel: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'engine-failures-'))
  home = join(root, 'home')
  wheel = join(root, 'tensorflow-0-py3-none-any.whl')
  await mkdir(home)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const canMount = possible && (await run(onDisk('/mnt', 'size=1m', ['true'])).catch(() => undefined))?.status === 0
const noMount = canMount ? '' : ' (skipped: no file system can be mounted here)'

/** Installs from the wheel; then what is left in the home folder and the engine that `auto` takes. */
const script = (more = '') => `
import { readdir } from 'node:fs/promises'
import { installNative } from '${engine}/native/install.js'
import { loadEngine } from '${engine}/engine.js'
const controller = new AbortController()
process.once('SIGINT', () => controller.abort(new Error('stopped')))
const { signal } = controller
const onProgress = (event) => console.log(event.kind, event.task)
const answer = await installNative({ wheel: ${JSON.stringify(wheel)}, signal, onProgress }).then(
  ({ folder }) => folder,
  (error) => error.name + ': ' + error.message,
)
${more}
const left = await readdir('${home}/engine').catch(() => [])
const { name } = await loadEngine()
console.log('\\n' + JSON.stringify({ answer, left, name }))`

const env = (folder = home) => ({ ...process.env, DML_CRC_HOME: folder, DML_CRC_ENGINE: '' })
function outcome({ stdout, stderr }: { stdout: string; stderr: string }) {
  const last = stdout.trim().split('\n').at(-1)!
  expect(last, stderr).toMatch(/^\{/)
  return JSON.parse(last) as { answer: string; left: string[]; name: string }
}

describe.skipIf(!possible)(`a disk without room${skip}`, () => {
  beforeEach(() => makeWheel(wheel, 64 * MEGABYTE))

  it.skipIf(!canMount)(`that is full${noMount}`, async () => {
    const { answer, left, name } = outcome(await run(onDisk(home, 'size=16m', scriptCommand(script())), { env: env() }))
    expect(answer).toMatch(
      /^EngineError: .*expected room for about 2 GB, received ENOSPC.*Make room, or set DML_CRC_HOME/,
    )
    expect({ left, name }).toEqual({ left: [], name: 'wasm' })
  })

  it('where files may not become so large', async () => {
    // In blocks of 512 or 1024 bytes, as the shell has it.
    const limited = ['sh', '-c', 'ulimit -f 20000 && exec "$@"', 'sh', ...scriptCommand(script())]
    const { answer, left, name } = outcome(await run(limited, { env: env() }))
    expect(answer).toMatch(
      /^EngineError: .*expected room for about 2 GB, received EFBIG.*Make room, or set DML_CRC_HOME/,
    )
    expect({ left, name }).toEqual({ left: [], name: 'wasm' })
  })
})

describe.skipIf(!possible)(`a folder that cannot be written${skip}`, () => {
  beforeEach(() => makeWheel(wheel, 1))
  const message = /^EngineError: .*expected a folder to write to, received .*Set DML_CRC_HOME to a folder of yours/

  it('because a file is in its way', async () => {
    const file = join(root, 'file')
    await writeFile(file, '')
    for (const place of [file, join(file, 'below')]) {
      const { answer, name } = outcome(await run(scriptCommand(script()), { env: env(place) }))
      expect(answer).toMatch(message)
      expect(name).toBe('wasm')
    }
  })

  it.skipIf(!canMount)(`because its disk is read only${noMount}`, async () => {
    const { answer, name } = outcome(await run(onDisk(home, 'ro', scriptCommand(script())), { env: env() }))
    expect(answer).toMatch(message)
    expect(name).toBe('wasm')
  })

  it.skipIf(process.getuid?.() === 0)(
    'because it is not this user’s (skipped for root, who may write anywhere)',
    async () => {
      await mkdir(join(home, 'engine'), { mode: 0o555 })
      const { answer, name } = outcome(await run(scriptCommand(script()), { env: env() }))
      expect(answer).toMatch(message)
      expect(answer).toContain('EACCES')
      expect(name).toBe('wasm')
    },
  )
})

describe.skipIf(!possible)(`Ctrl-C${skip}`, () => {
  /** Sends SIGINT to the installer when its output has `text`. */
  async function interruptAt(text: string) {
    let sent = false
    const ran = await run(scriptCommand(script()), {
      env: env(),
      onOutput(all, kill) {
        if (sent || !all.includes(text)) return
        sent = true
        kill('SIGINT')
      },
    })
    expect(sent, ran.stdout).toBe(true)
    return outcome(ran)
  }

  it('while the wheel is extracted', async () => {
    await makeWheel(wheel, 400 * MEGABYTE)
    expect(await interruptAt('advance')).toEqual({ answer: 'Error: stopped', left: [], name: 'wasm' })
  })

  it('while the binding is built, which ends the compiler too', async () => {
    await makeWheel(wheel, 1)
    expect(await interruptAt('note build the binding')).toEqual({ answer: 'Error: stopped', left: [], name: 'wasm' })
    expect(commandsAt(home)).toEqual([])
  })
})

/** The command lines of running processes that name a folder or work below it. */
function commandsAt(folder: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => {
      try {
        return readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ')
      } catch {
        return ''
      }
    })
    .filter((line) => line.includes(folder))
}

it.skipIf(!possible)(`a build that fails is told in the compiler's own words${skip}`, async () => {
  await makeWheel(wheel, 1)
  const { answer, left, name } = outcome(await run(scriptCommand(script()), { env: env() }))
  // The wheel has no headers.
  expect(answer).toMatch(/^EngineError: build of the native binding: .*received .*fatal error: .*c_api\.h/)
  expect({ left, name }).toEqual({ left: [], name: 'wasm' })
})
