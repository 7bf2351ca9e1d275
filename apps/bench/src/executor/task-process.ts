import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { OnProgress } from '@dml-crc/core'
import type { Answer, Order } from './messages.ts'

/** A task that did not come to its end. */
export class TaskFailure extends Error {
  /** Whether it would end so again. */
  readonly isFinal: boolean

  constructor(message: string, { isFinal }: { isFinal: boolean }) {
    super(message)
    this.name = 'TaskFailure'
    this.isFinal = isFinal
  }
}

/**
 * A process of its own for tasks, one at a time: its parent stays free to answer while it computes, and outlives it. It is
 * started with the first task, and again after one that took it along.
 */
export class TaskProcess {
  readonly #store: string
  readonly #onProgress: OnProgress
  #child?: ChildProcess

  constructor(store: string, onProgress: OnProgress) {
    this.#store = store
    this.#onProgress = onProgress
  }

  /** @throws TaskFailure */
  do(order: Order): Promise<void> {
    this.#child ??= this.#start()
    const child = this.#child
    return new Promise((resolve, reject) => {
      const end = (failure?: TaskFailure) => {
        child.removeAllListeners('message')
        child.removeAllListeners('exit')
        if (failure) reject(failure)
        else resolve()
      }
      child.on('message', (answer: Answer) => {
        if (answer.kind === 'progress') this.#onProgress(answer.event)
        else end(answer.kind === 'done' ? undefined : new TaskFailure(answer.message, answer))
      })
      child.on('exit', (code, signal) => {
        this.#child = undefined
        const how = signal ? `by ${signal}` : `with status ${code}`
        end(new TaskFailure(`its process ended ${how}: the memory may have been too small`, { isFinal: false }))
      })
      child.send(order)
    })
  }

  #start(): ChildProcess {
    const isSource = import.meta.url.endsWith('.ts')
    const script = fileURLToPath(new URL(`./child.${isSource ? 'ts' : 'js'}`, import.meta.url))
    const execArgv = isSource ? ['--conditions=@dml-crc/source', '--import', import.meta.resolve('tsx')] : []
    const child = fork(script, [this.#store], { execArgv, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    child.on('error', () => {})
    return child
  }

  /** Ends the process at once: what it had not finished is done again by whoever is next. */
  close(): void {
    this.#child?.removeAllListeners('exit')
    this.#child?.kill('SIGKILL')
    this.#child = undefined
  }
}
