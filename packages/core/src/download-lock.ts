import { randomBytes } from 'node:crypto'
import { open, rename, rm, stat, utimes } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'

/** A holder shows that it lives this often, and is taken for dead when it has not for `STALE_MS`. */
const HEARTBEAT_MS = 2_000
const STALE_MS = 15_000
const POLL_MS = 100

/** Takes the lock file at `path` if nobody alive holds it. */
async function take(path: string): Promise<boolean> {
  const file = await open(path, 'wx').catch((error) => {
    if (error.code === 'EEXIST') return undefined
    throw error
  })
  if (file) {
    await file.close()
    return true
  }
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
  if (Date.now() - mtimeMs > STALE_MS) {
    // Of several processes that see a dead one's lock, the rename lets just one remove it.
    const dead = `${path}.${randomBytes(4).toString('hex')}`
    await rename(path, dead).then(
      () => rm(dead, { force: true }),
      () => {},
    )
  }
  return false
}

/** Runs `work` while holding the lock file at `path`, waiting for other processes that hold it. */
export async function withLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  while (!(await take(path))) await sleep(POLL_MS, undefined, { signal })
  const heartbeat = setInterval(() => utimes(path, new Date(), new Date()).catch(() => {}), HEARTBEAT_MS)
  try {
    return await work()
  } finally {
    clearInterval(heartbeat)
    await rm(path, { force: true })
  }
}
