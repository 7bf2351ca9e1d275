import type { RunResult } from './fit.ts'

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Runs `work` with a signal that SIGINT (Ctrl-C) or SIGTERM aborts, so that a run can save itself; the process then
 * exits with 130 or 143 when it has nothing more to do. A second signal ends the process at once.
 *
 * @example await stoppable((signal) => fit(task, { ...options, signal }))
 */
export async function stoppable(work: (signal: AbortSignal) => Promise<RunResult>): Promise<RunResult> {
  const controller = new AbortController()
  const handlers = Object.entries(SIGNALS).map(([name, status]) => {
    const handle = () => {
      if (controller.signal.aborted) process.exit(status)
      process.exitCode = status
      controller.abort(name)
    }
    process.on(name, handle)
    return [name, handle] as const
  })
  try {
    return await work(controller.signal)
  } finally {
    for (const [name, handle] of handlers) process.off(name, handle)
  }
}
