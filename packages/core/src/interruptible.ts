const STATUS = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Runs work with a signal that SIGINT (Ctrl-C) and SIGTERM abort, so that it can save itself; the process then exits with
 * 130 or 143 when it has nothing more to do. A second signal ends it at once.
 * @param outcome what the message says of what was begun
 *
 * @example await interruptible((signal) => fit(task, { ...options, signal }))
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  outcome = 'what was finished is kept',
): Promise<T> {
  const controller = new AbortController()
  const stop = (name: keyof typeof STATUS) => {
    process.exitCode = STATUS[name]
    if (controller.signal.aborted) process.exit()
    controller.abort(new DOMException(`stopped by ${name}; ${outcome}`, 'AbortError'))
  }
  process.on('SIGINT', stop)
  process.on('SIGTERM', stop)
  try {
    return await work(controller.signal)
  } finally {
    process.off('SIGINT', stop)
    process.off('SIGTERM', stop)
  }
}
