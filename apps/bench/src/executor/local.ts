import type { OnProgress } from '@dml-crc/core'
import { ATTEMPTS, type Execution, type Executor } from './executor.ts'
import { everyTask, type TaskNode } from './plan.ts'
import type { Store } from './store.ts'
import { type TaskFailure, TaskProcess } from './task-process.ts'

/** The tasks of a run in `workers` processes of this machine. */
export function localExecutor(store: Store, { workers }: { workers: number }): Executor {
  return { execute: (execution) => new LocalRun(store, workers, execution).finish() }
}

class LocalRun {
  readonly #execution: Execution
  readonly #failures = new Map<string, string>()
  readonly #processes: TaskProcess[]
  readonly #idle: TaskProcess[]
  readonly #waiting: ((process: TaskProcess) => void)[] = []
  #done = 0

  constructor(store: Store, workers: number, execution: Execution) {
    const silent: OnProgress = () => {}
    this.#execution = execution
    this.#processes = Array.from({ length: workers }, () => new TaskProcess(store.folder, silent))
    this.#idle = [...this.#processes]
  }

  async finish(): Promise<ReadonlyMap<string, string>> {
    const { nodes, signal } = this.#execution
    const stopped = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    try {
      await Promise.race([stopped, Promise.all(nodes.map((node) => this.#reach(node)))])
      return this.#failures
    } finally {
      for (const process of this.#processes) process.close()
    }
  }

  /** @returns whether the task of the node was done */
  async #reach(node: TaskNode): Promise<boolean> {
    const before = await Promise.all(node.before.map((each) => this.#reach(each)))
    if (before.includes(false) || !(await this.#try(node))) return false
    await Promise.all(node.after.map((each) => this.#reach(each)))
    return true
  }

  async #try({ key }: TaskNode): Promise<boolean> {
    const { run, nodes, onStanding, signal } = this.#execution
    const process = this.#idle.pop() ?? (await new Promise<TaskProcess>((resolve) => this.#waiting.push(resolve)))
    const failure = await attempts(() => process.do({ run, key }), signal)
    const next = this.#waiting.shift()
    if (next) next(process)
    else this.#idle.push(process)
    if (failure) this.#failures.set(key, failure.message)
    else this.#done++
    await onStanding({ done: this.#done, failed: this.#failures.size, total: everyTask(nodes).length })
    return failure === undefined
  }
}

/** @returns the last failure, where every attempt ended in one */
async function attempts(work: () => Promise<void>, signal: AbortSignal): Promise<TaskFailure | undefined> {
  for (let attempt = 1; ; attempt++) {
    signal.throwIfAborted()
    try {
      await work()
      return undefined
    } catch (error) {
      const failure = error as TaskFailure
      if (failure.isFinal || attempt === ATTEMPTS) return failure
    }
  }
}
