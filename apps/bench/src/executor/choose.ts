import { isAbsolute } from 'node:path'
import { InputError } from '@dml-crc/core/errors'
import type { Experiment } from '../experiment/schema.ts'
import type { Executor } from './executor.ts'
import type { Store } from './store.ts'

/** The options of the command line that say who does the work. */
export interface TaskOptions {
  workers?: number
  executor?: 'bullmq'
  redis?: string
  store?: string
}

/**
 * Who does the work, and where its results go; undefined where the command does it itself.
 * @throws InputError for options that do not go together
 */
export async function chooseExecutor(
  { workers, executor, redis, store: folder }: TaskOptions,
  { dataset, backbones }: Pick<Experiment, 'dataset' | 'backbones'>,
): Promise<{ executor: Executor; store: Store } | undefined> {
  check('--redis', redis !== undefined && executor === undefined, 'without --executor bullmq')
  check('--workers', workers !== undefined && executor !== undefined, 'with --executor bullmq, whose workers are many')
  check('--store', folder !== undefined && executor === undefined && workers === undefined, 'without --workers')
  if (executor === undefined && workers === undefined) return undefined
  const { Store } = await import('./store.ts')
  if (executor === undefined) {
    const [{ homeFolder }, { localExecutor }] = await Promise.all([import('@dml-crc/core'), import('./local.ts')])
    const store = new Store(folder ?? homeFolder('tasks'))
    return { executor: localExecutor(store, { workers: workers! }), store }
  }
  const place = placeOfTasks({ redis, store: folder })
  for (const path of [dataset.root, dataset.manifest, ...backbones.flatMap(({ name, weights }) => [name, weights])]) {
    if (path === undefined || isAbsolute(path) || !/[\\/]/.test(path)) continue
    throw new InputError(`the path ${path}`, {
      expected: 'an absolute path, which every worker reads',
      received: 'one that begins where the command is',
      remedy: 'Give the whole path.',
    })
  }
  const store = new Store(place.store)
  const { bullmqExecutor } = await import('./bullmq.ts')
  return { executor: bullmqExecutor(store, place), store }
}

/** @throws InputError where one of both is missing */
export function placeOfTasks({ redis, store }: Pick<TaskOptions, 'redis' | 'store'>): { redis: string; store: string } {
  if (redis && store) return { redis, store }
  throw new InputError(redis ? '--store' : '--redis', {
    expected: redis ? 'a folder that the command and all workers see' : 'the URL of a Redis server',
    received: 'none',
    remedy: redis ? 'Give --store /mnt/shared/store.' : 'Give --redis redis://host:6379.',
  })
}

function check(flag: string, isWrong: boolean, received: string): void {
  if (!isWrong) return
  throw new InputError(flag, {
    expected: 'it where it has something to say',
    received: `it ${received}`,
    remedy: 'See dml-crc run --help.',
  })
}
