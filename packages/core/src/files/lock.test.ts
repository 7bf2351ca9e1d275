import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InputError } from '../errors.ts'
import { acquireLock, clearLock, withLock } from './lock.ts'

let folder: string
let path: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'))
  path = join(folder, 'set.lock')
})
afterEach(() => rm(folder, { recursive: true }))

const host = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/** The number of a process that has ended. */
async function deadProcess(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await once(child, 'exit')
  return child.pid!
}

describe('clearLock', () => {
  it('removes the lock of a process that is gone, and no other', async () => {
    await clearLock(path)
    await writeFile(path, `${host}-${await deadProcess()}-00000000`)
    await clearLock(path)
    expect(await readdir(folder)).toEqual([])
    for (const holder of [`${host}-${process.pid}-00000000`, '00000000-1-00000000']) {
      await writeFile(path, holder)
      await clearLock(path)
      expect(await readFile(path, 'utf8')).toBe(holder)
    }
  })
})

describe('withLock', () => {
  it('lets one at a time in, and leaves nothing', async () => {
    let inside = 0
    let most = 0
    const work = async () => {
      most = Math.max(most, ++inside)
      await new Promise((resolve) => setTimeout(resolve, 2))
      inside--
    }
    await Promise.all(Array.from({ length: 6 }, () => withLock(path, work)))
    expect(most).toBe(1)
    expect(await readdir(folder)).toEqual([])
  })

  it('takes the lock of a process that is gone at once, and not that of one that runs, however old', async () => {
    await writeFile(path, `${host}-${await deadProcess()}-00000000`)
    await withLock(path, async () => {})
    await writeFile(path, `${host}-${process.pid}-00000000`)
    await utimes(path, 0, 0)
    await expect(acquireLock(path, { wait: false })).rejects.toThrow(InputError)
    await expect(acquireLock(path, { wait: false })).rejects.toThrow(`process ${process.pid} at work`)
  })

  it('takes the lock of another machine once it no longer shows that it lives', async () => {
    await writeFile(path, '00000000-1-00000000')
    await expect(acquireLock(path, { wait: false })).rejects.toThrow(InputError)
    await utimes(path, 0, 0)
    const release = await acquireLock(path, { wait: false })
    expect(await readFile(path, 'utf8')).toContain(`-${process.pid}-`)
    await release()
  })

  it('says once that it waits, and stops waiting when told', async () => {
    const release = await acquireLock(path)
    const controller = new AbortController()
    const told: string[] = []
    const waiting = withLock(path, async () => {}, {
      signal: controller.signal,
      onWait: () => {
        told.push('waiting')
        controller.abort()
      },
    })
    await expect(waiting).rejects.toThrow(/abort/i)
    expect(told).toEqual(['waiting'])
    await release()
  })
})
