import { createHash, randomBytes } from 'node:crypto'
import { hostname } from 'node:os'

/** Two containers may share a folder and number their processes alike, hence the machine's name in the tag. */
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8)

/** Something on disk that belongs to a process: the machine, the process there, and a random part. */
export const ownerTag = (): string => `${HOST}-${process.pid}-${randomBytes(4).toString('hex')}`

/** After this time without a change, what a process of another machine left is taken for abandoned. */
export const ABANDONED_MS = 24 * 3600 * 1000

/** Whether the process of a tag runs; undefined where it is one of another machine, of which nothing can be said. */
export function isRunning(tag: string): boolean | undefined {
  const [host, pid] = tag.split('-')
  if (host !== HOST) return undefined
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
