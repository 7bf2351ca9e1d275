import { readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { ABANDONED_MS, isRunning } from './owner.ts'

/** Names that this package gives to what is being written (`tmp`) and to what is being replaced (`old`). */
const LEFTOVER = /^(.+)\.([0-9a-f]{8}-\d+-[0-9a-f]{8})\.(tmp|old)$/

/**
 * Removes from a folder what processes that are gone left half written, and puts back a folder that one was about to
 * replace. What running processes have there stays, and so does every other file, and what may not be removed.
 * @param deep looks into the folders inside it too
 */
export async function sweepLeftovers(folder: string, { deep = false } = {}): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const names = new Set(entries.map(({ name }) => name))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    const [, target, tag, kind] = LEFTOVER.exec(entry.name) ?? []
    if (tag && (await isAbandoned(path, tag))) {
      if (kind === 'old' && !names.has(target)) await rename(path, join(folder, target)).catch(() => {})
      else await rm(path, { recursive: true, force: true }).catch(() => {})
    } else if (deep && entry.isDirectory()) await sweepLeftovers(path, { deep })
  }
}

async function isAbandoned(path: string, tag: string): Promise<boolean> {
  const running = isRunning(tag)
  if (running !== undefined) return !running
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Date.now() }))
  return Date.now() - mtimeMs > ABANDONED_MS
}
