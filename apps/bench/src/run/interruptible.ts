const STATUS = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Runs work that SIGINT (Ctrl-C) and SIGTERM stop at its next opportunity; the process then exits with 130 or 143. A
 * second signal ends it at once. `outcome` is what the message says of what was begun.
 */
export async function interruptible<T>(
  work: (signal: AbortSignal) => Promise<T>,
  outcome = 'what was finished is kept, and --resume goes on from there',
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
