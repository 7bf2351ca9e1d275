import { EngineError, InputError } from '@dml-crc/core'
import { version } from '../results/program.ts'

/**
 * The queue of the tasks that workers of this version with one engine take: another version or engine may give other bits.
 */
export const queueName = (engine: string) => `dml-crc ${version} ${engine}`

/** What a job of the queue says; the work itself is in the plan in the store. */
export interface JobData {
  run: string
  /** The key of the task; the job that stands for the whole run has none. */
  key?: string
}

/** Names of jobs: of the whole run, and of a task within it. */
export const rootId = (run: string) => `run-${run}`
export const jobId = (run: string, key: string) => `${run}-${key}`

/** Of BullMQ and of its client. */
interface Connection {
  url: string
  maxRetriesPerRequest: null
  retryStrategy: (times: number) => number
}

/**
 * How the server is reached: a connection that is lost is made again, and what is asked meanwhile waits.
 * @throws InputError for a URL that is none of Redis
 */
export function connectionTo(url: string): Connection {
  if (!/^rediss?:\/\/\S+$/.test(url)) {
    throw new InputError('--redis', {
      expected: 'the URL of a Redis server',
      received: `«${url}»`,
      remedy: 'Give --redis redis://host:6379.',
    })
  }
  return { url, maxRetriesPerRequest: null, retryStrategy: (times) => Math.min(2000, 100 * times) }
}

/** @throws EngineError where no server answers under the URL */
export async function checkServer(url: string): Promise<void> {
  const { Redis } = await import('ioredis')
  const redis = new Redis(connectionTo(url).url, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  })
  // Its reason comes with the rejection below.
  redis.on('error', () => {})
  try {
    await redis.connect()
    await redis.ping()
  } catch (cause) {
    throw new EngineError(`Redis at ${url.replace(/\/\/[^@/]*@/, '//')}`, {
      expected: 'a server that answers',
      received: (cause as Error).message,
      remedy: 'Start it, or correct --redis.',
    })
  } finally {
    redis.disconnect()
  }
}
