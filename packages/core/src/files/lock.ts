import { link, mkdir, open, readFile, rename, rm, stat, utimes } from 'node:fs/promises'
import { dirname } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { InputError } from '../errors.ts'
import { unwritable } from './disk-error.ts'
import { isRunning, ownerTag } from './owner.ts'

/** A holder on another machine shows that it lives this often, and is taken for dead when it has not for `STALE_MS`. */
const HEARTBEAT_MS = 2_000
const STALE_MS = 60_000
const POLL_MS = 100

export interface LockOptions {
  /** Whether to wait for another process that holds the lock; by default true. */
  wait?: boolean
  /** Told once when another process holds it. */
  onWait?: () => void
  signal?: AbortSignal
}

/** Takes the lock file at `path` if no live process holds it. */
async function take(path: string, tag: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error) => {
    if (error.code === 'EEXIST') return undefined
    throw unwritable(path, error)
  })
  if (file) {
    await file.writeFile(tag).finally(() => file.close())
    return true
  }
  await clearLock(path)
  return false
}

async function isDead(path: string, holder: string): Promise<boolean> {
  const running = holder === '' ? undefined : isRunning(holder)
  if (running !== undefined) return !running
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
  // A lock without a holder's name is one whose process died, or is about to write it.
  return Date.now() - mtimeMs > (holder === '' ? 2 * HEARTBEAT_MS : STALE_MS)
}

/** Of several processes that see a dead one's lock, the rename lets just one remove it. */
async function takeAway(path: string, holder: string): Promise<void> {
  const dead = `${path}.${ownerTag()}.tmp`
  const moved = await rename(path, dead).then(
    () => true,
    () => false,
  )
  if (!moved) return
  // Another process may have taken the lock in between: it gets it back.
  if ((await readFile(dead, 'utf8')) !== holder) await link(dead, path).catch(() => {})
  await rm(dead, { force: true })
}

/** Removes the lock file at `path` where its process is gone: of work that was done when it was killed, and is not to be done again. */
export async function clearLock(path: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => undefined)
  if (holder !== undefined && (await isDead(path, holder))) await takeAway(path, holder)
}

/**
 * Takes the lock file at `path`. Locks of processes that are gone are taken over at once.
 * @returns what gives it back
 * @throws {InputError} when another process holds it and `wait` is false.
 */
export async function acquireLock(path: string, options: LockOptions = {}): Promise<() => Promise<void>> {
  const { wait = true, onWait, signal } = options
  await mkdir(dirname(path), { recursive: true }).catch((error) => {
    throw unwritable(path, error)
  })
  const tag = ownerTag()
  for (let told = false; !(await take(path, tag)); told = true) {
    signal?.throwIfAborted()
    const holder = await readFile(path, 'utf8').catch(() => undefined)
    // One that has just ended, or was taken away, is tried again.
    if (holder === undefined || (await isDead(path, holder))) continue
    if (!wait) {
      throw new InputError(path.replace(/\.lock$/, ''), {
        expected: 'a folder that no other process is writing',
        received: `process ${holder.split('-')[1] ?? ''} at work in it`,
        remedy: 'Wait for it, or name another folder.',
      })
    }
    if (!told) onWait?.()
    await sleep(POLL_MS, undefined, { signal })
  }
  const heartbeat = setInterval(() => utimes(path, new Date(), new Date()).catch(() => {}), HEARTBEAT_MS)
  heartbeat.unref()
  return async () => {
    clearInterval(heartbeat)
    if ((await readFile(path, 'utf8').catch(() => '')) === tag) await rm(path, { force: true })
  }
}

/** Runs `work` while holding the lock file at `path`. */
export async function withLock<T>(path: string, work: () => Promise<T>, options?: LockOptions): Promise<T> {
  const release = await acquireLock(path, options)
  try {
    return await work()
  } finally {
    await release()
  }
}
