import { mkdir, mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { acquireLock, EngineError, InputError, type OnProgress } from '@dml-crc/core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadEngine } from '../engine.ts'
import { runCommand } from './command.ts'
import { findPackage, installationFolder } from './folder.ts'
import { installNative, removeNative } from './install.ts'
import { extractWheel } from './wheel.ts'

let home: string
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'engine-home-'))
  vi.stubEnv('DML_CRC_HOME', home)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(home, { recursive: true, force: true })
})

const source = findPackage('tfjs-node')

describe('installNative', () => {
  it('refuses a wheel that is not there before any work', async () => {
    await expect(installNative({ wheel: join(home, 'none.whl') })).rejects.toThrow(InputError)
    expect(await readdir(home)).toEqual([])
  })

  it.skipIf(!source || process.platform !== 'linux')(
    'says of a file that is no wheel what it expected, and leaves nothing half-installed',
    async () => {
      const wheel = join(home, 'text.whl')
      await writeFile(wheel, 'not a zip file, though long enough to hold a directory record')
      await expect(installNative({ wheel })).rejects.toThrow(/expected a wheel of TensorFlow for Linux/)
      expect(await readdir(join(home, 'engine'))).toEqual([])
    },
  )

  it.skipIf(!source || process.platform !== 'linux')('stops when it is told to, and leaves nothing', async () => {
    const wheel = join(home, 'text.whl')
    await writeFile(wheel, 'x')
    const controller = new AbortController()
    controller.abort()
    await expect(installNative({ wheel, signal: controller.signal })).rejects.toThrow()
    expect(await readdir(join(home, 'engine'))).toEqual([])
  })

  it.skipIf(!source || process.platform !== 'linux')('clears what a killed installation left', async () => {
    // As core names what a process is making; this one is long gone, on another machine.
    const abandoned = `${installationFolder(source!)}.00000000-1-00000000.tmp`
    await mkdir(abandoned, { recursive: true })
    await utimes(abandoned, 0, 0)
    const wheel = join(home, 'text.whl')
    await writeFile(wheel, 'x')
    await expect(installNative({ wheel })).rejects.toThrow()
    await expect(stat(abandoned)).rejects.toThrow('ENOENT')
  })
})

it.skipIf(!source || process.platform !== 'linux')(
  'installing and removing wait for another process that installs, and say so',
  async () => {
    const wheel = join(home, 'text.whl')
    await writeFile(wheel, 'x')
    for (const work of [(onProgress: OnProgress) => installNative({ wheel, onProgress }), removeNative]) {
      const release = await acquireLock(join(home, 'engine.lock'))
      const notes: string[] = []
      let ended = false
      const working = work((event) => {
        if (event.kind === 'note') notes.push(event.text)
      }).then(
        () => 'done',
        (error) => error.message,
      )
      const end = working.finally(() => {
        ended = true
      })
      while (notes.length === 0) await setTimeout(10)
      expect(notes).toEqual(['another process is installing: waiting for that'])
      expect(ended).toBe(false)
      await release()
      expect(await end).toMatch(/done|expected a wheel of TensorFlow/)
    }
  },
)

describe('an installation', () => {
  it('that is missing is an error of the engine with its remedy', async () => {
    await expect(loadEngine({ prefer: 'tfjs-node' })).rejects.toThrow(EngineError)
    await expect(loadEngine({ prefer: 'tfjs-node-gpu' })).rejects.toThrow(/dml-crc engine install --gpu/)
  })

  it('is removed whole', async () => {
    await mkdir(join(home, 'engine', 'some'), { recursive: true })
    expect(await removeNative()).toEqual([join(home, 'engine', 'some')])
    expect(await readdir(join(home, 'engine'))).toEqual([])
  })
})

describe('runCommand', () => {
  it('tells an absent command and a failing one by a result', async () => {
    expect(await runCommand(['no-such-command-here'])).toMatchObject({ ok: false })
    const lines: string[] = []
    const script = 'console.log("a"); console.error("b"); process.exit(3)'
    const result = await runCommand([process.execPath, '-e', script], { onLine: (line) => lines.push(line) })
    expect(result.ok).toBe(false)
    expect(lines.sort()).toEqual(['a', 'b'])
  })
})

it('extractWheel names a file that is not there', async () => {
  await expect(extractWheel(join(home, 'none'), home)).rejects.toThrow(/ENOENT/)
})
