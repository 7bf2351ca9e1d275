/** Warnings of Node's own kind that are about a library's state and not about what the user does, by their codes. */
const NOT_FOR_USERS = new Set(['UNDICI-EHPA'])

/** Has Node print every warning but those. */
export function quietWarnings(): void {
  const print = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning) => {
    if (NOT_FOR_USERS.has((warning as NodeJS.ErrnoException).code ?? '')) return
    for (const listener of print) listener(warning)
  })
}
