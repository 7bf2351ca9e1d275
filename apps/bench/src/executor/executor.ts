import type { TaskNode } from './plan.ts'

/** How far a run is, in tasks. */
export interface Standing {
  done: number
  failed: number
  total: number
}

export interface Execution {
  /** The name of the plan in the store. */
  run: string
  /** What is left to do of it. */
  nodes: readonly TaskNode[]
  /** Told from time to time. */
  onStanding: (standing: Standing) => Promise<void>
  note: (text: string) => void
  signal: AbortSignal
}

/** Something that gets the tasks of a run done. */
export interface Executor {
  /**
   * Does the tasks of a run, each after those that it needs. One that fails for good is left, with what needs it, and the
   * rest is done.
   * @returns what went wrong, by the key of the task
   */
  execute(execution: Execution): Promise<ReadonlyMap<string, string>>
}

/** How often a task is tried that ends in an error which may not come again, or takes its process with it. */
export const ATTEMPTS = 3
