import { setTimeout as sleep } from 'node:timers/promises'
import { FlowProducer, Job, Queue } from 'bullmq'
import type { Execution, Executor } from './executor.ts'
import { rootFlow } from './flow.ts'
import { everyTask } from './plan.ts'
import { checkServer, connectionTo, type JobData, jobId, queueName, rootId } from './queue.ts'
import type { Store } from './store.ts'

const POLL_MS = 500

/**
 * The tasks of a run as a flow of BullMQ on a Redis server, done by `dml-crc worker` on any machines. The flow stays there
 * when the command ends before it: the same command finds it again.
 */
export function bullmqExecutor(store: Store, { redis }: { redis: string }): Executor {
  return {
    async execute(execution) {
      await checkServer(redis)
      const { engine } = store.readPlan(execution.run)
      const name = queueName(engine.name)
      const connection = connectionTo(redis)
      const queue: Queue<JobData> = new Queue(name, { connection })
      const flows = new FlowProducer({ connection })
      // A connection that is lost is made again: what waits for it goes on then.
      queue.on('error', () => {})
      flows.on('error', () => {})
      try {
        return await follow(execution, { queue, flows, name, worker: workerCommand(redis, store, engine.name) })
      } finally {
        await Promise.all([queue.close(), flows.close()])
      }
    },
  }
}

const workerCommand = (redis: string, store: Store, engine: string) =>
  `dml-crc worker --redis ${redis} --store ${store.folder} --engine ${engine}`

interface Place {
  queue: Queue<JobData>
  flows: FlowProducer
  name: string
  worker: string
}

/** Adds the run where it is not there yet, and looks at it until it is at its end. */
async function follow(
  { run, nodes, onStanding, note, signal }: Execution,
  { queue, flows, name, worker }: Place,
): Promise<ReadonlyMap<string, string>> {
  const find = () => Job.fromId(queue, rootId(run))
  const before = await find()
  if (before && ((await before.isCompleted()) || (await before.isFailed()))) {
    // An earlier command did not see its end: what failed is tried again.
    await before.remove({ removeChildren: true })
  } else if (before) note('The run is on the server already: going on with it.')
  const tasks = everyTask(nodes)
  for (let isTold = false; ; isTold = true) {
    signal.throwIfAborted()
    const root = await find()
    // Also where the server lost it: what was finished is in the store.
    if (!root) await flows.add(rootFlow({ run, queueName: name }, nodes))
    else if (await root.isCompleted()) break
    else await onStanding({ ...(await standing(queue, root, tasks, run)), total: tasks.length })
    if (!isTold && (await queue.getWorkersCount()) === 0) {
      note(`No worker is there yet. Start as many as you like: ${worker}`)
    }
    await sleep(POLL_MS, undefined, { signal }).catch(() => {})
  }
  const failures = await failuresOf(queue, tasks, run)
  await (await find())?.remove({ removeChildren: true })
  return failures
}

/** The counts that the parents of the jobs keep. */
async function standing(queue: Queue<JobData>, root: Job, tasks: ReturnType<typeof everyTask>, run: string) {
  const parents = await Promise.all(
    tasks.filter(({ before }) => before.length > 0).map(({ key }) => Job.fromId(queue, jobId(run, key))),
  )
  let [done, failed] = [0, 0]
  for (const parent of [root, ...parents]) {
    const counts = await parent?.getDependenciesCount({ processed: true, failed: true, ignored: true })
    done += counts?.processed ?? 0
    failed += (counts?.failed ?? 0) + (counts?.ignored ?? 0)
  }
  return { done, failed }
}

async function failuresOf(queue: Queue<JobData>, tasks: ReturnType<typeof everyTask>, run: string) {
  const failures = new Map<string, string>()
  for (const { key } of tasks) {
    const job = await Job.fromId(queue, jobId(run, key))
    if (job && (await job.isFailed())) failures.set(key, job.failedReason)
  }
  return failures
}
