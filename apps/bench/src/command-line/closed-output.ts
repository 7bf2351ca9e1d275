/** What a write to a pipe that nobody reads from any more ends with, and every write after it. */
const CLOSED = ['EPIPE', 'ERR_STREAM_DESTROYED']

/**
 * Has the work go on where the reader of its output is gone, as in `dml-crc run demo | head`: what is written to files is complete,
 * and nothing more is said.
 */
export function goOnWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (!CLOSED.includes(error.code ?? '')) throw error
    })
  }
}
