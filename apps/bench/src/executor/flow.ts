import type { FlowJob } from 'bullmq'
import { ATTEMPTS } from './executor.ts'
import type { TaskNode } from './plan.ts'
import { type JobData, jobId, rootId } from './queue.ts'

/** The time before a task is tried again, in milliseconds; it doubles. */
const BACKOFF_MS = 1000

/** A run whose command never came back is forgotten by the server after a week, in seconds; the store has its results. */
const KEPT = { age: 7 * 24 * 3600 }

/** A node as a job of the queue with those before it as its children; those after it are added by who does it. */
export function flowOf(
  { run, queueName }: { run: string; queueName: string },
  node: TaskNode,
  opts: FlowJob['opts'] = {},
): FlowJob {
  return {
    name: node.title,
    queueName,
    data: { run, key: node.key } satisfies JobData,
    opts: {
      jobId: jobId(run, node.key),
      attempts: ATTEMPTS,
      backoff: { type: 'exponential', delay: BACKOFF_MS },
      removeOnComplete: KEPT,
      removeOnFail: KEPT,
      ...opts,
    },
    // What needs a failed task fails with it.
    children: node.before.map((each) => flowOf({ run, queueName }, each, { failParentOnFailure: true })),
  }
}

/** The job that stands for the whole run: it waits for all others, and does not mind if some of them fail. */
export function rootFlow(place: { run: string; queueName: string }, nodes: readonly TaskNode[]): FlowJob {
  const { run, queueName } = place
  return {
    name: 'run',
    queueName,
    data: { run } satisfies JobData,
    opts: { jobId: rootId(run), removeOnComplete: KEPT, removeOnFail: KEPT },
    children: nodes.map((node) => flowOf(place, node, { ignoreDependencyOnFailure: true })),
  }
}
