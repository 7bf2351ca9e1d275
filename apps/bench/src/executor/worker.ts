import { FlowProducer, Job, Queue, UnrecoverableError, Worker } from 'bullmq'
import type { Terminal } from '../command-line/terminal.ts'
import { flowOf } from './flow.ts'
import { everyTask, type TaskNode, unfinished } from './plan.ts'
import { checkServer, connectionTo, type JobData, jobId, queueName, rootId } from './queue.ts'
import type { Store } from './store.ts'
import { TaskFailure, TaskProcess } from './task-process.ts'

/**
 * How long the job of a worker that gives no sign is left to it. Tasks are done in a process of their own, so that this one
 * always answers.
 */
const LOCK_MS = 6000
const STALLED_MS = 3000

/** How often a job may lose its worker: a task that takes its process along is counted as failed, and not as this. */
const MAX_STALLED = 10

interface WorkerOptions {
  redis: string
  store: Store
  engine: string
  terminal: Terminal
  signal: AbortSignal
}

/**
 * Takes tasks from the queue and does them, until it is stopped.
 * @throws EngineError where no Redis server answers
 */
export async function work({ redis, store, engine, terminal, signal }: WorkerOptions): Promise<void> {
  await checkServer(redis)
  await store.prepare()
  const name = queueName(engine)
  const connection = connectionTo(redis)
  const flows = new FlowProducer({ connection })
  const queue = new Queue<JobData>(name, { connection })
  const tasks = new TaskProcess(store.folder, terminal.onProgress)

  /** Adds what a task makes possible, as children of the run: what is there already stays as it is. */
  const addNext = async (run: string, next: readonly TaskNode[]) => {
    for (const node of next) {
      if (await Job.fromId(queue, jobId(run, node.key))) continue
      const parent = { id: rootId(run), queue: `${flows.opts.prefix ?? 'bull'}:${name}` }
      await flows.add(flowOf({ run, queueName: name }, node, { parent, ignoreDependencyOnFailure: true }))
    }
  }
  const worker = new Worker<JobData>(
    name,
    async ({ data: { run, key } }) => {
      if (key === undefined) return
      const { nodes } = store.readPlan(run)
      const node = everyTask(nodes).find((each) => each.key === key)!
      const begun = performance.now()
      try {
        if (node.work.kind === 'features' || !store.isDone(node)) await tasks.do({ run, key })
      } catch (error) {
        terminal.note(`failed: ${node.title}: ${(error as Error).message}`)
        if (error instanceof TaskFailure && error.isFinal) throw new UnrecoverableError(error.message)
        throw error
      }
      await addNext(
        run,
        unfinished(node.after, (task) => store.isDone(task)),
      )
      terminal.note(`done in ${((performance.now() - begun) / 1000).toFixed(1)} s: ${node.title}`)
    },
    { connection, lockDuration: LOCK_MS, stalledInterval: STALLED_MS, maxStalledCount: MAX_STALLED },
  )
  // A connection that is lost is made again: what waits for it goes on then.
  worker.on('error', () => {})
  flows.on('error', () => {})
  queue.on('error', () => {})
  terminal.note(`Waiting for tasks of the queue «${name}»; Ctrl-C ends it.`)
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  // A task in the middle goes to another worker, or to this one when it is started again.
  tasks.close()
  await worker.close(true)
  await Promise.all([flows.close(), queue.close()])
}
