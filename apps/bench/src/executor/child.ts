// The process that does tasks: `TaskProcess` starts it with the folder of the store, and says over the channel of the
// process which task of which run is next.
import { DataError, InputError, NumericalError } from '@dml-crc/core'
import { describeFailure } from '../command-line/failure.ts'
import { quietWarnings } from '../command-line/warnings.ts'
import type { Answer, Order } from './messages.ts'
import { Store } from './store.ts'
import { Workplace } from './workplace.ts'

quietWarnings()
const [folder] = process.argv.slice(2)
const answer = (message: Answer) => process.send?.(message)
const workplace = new Workplace(new Store(folder), {
  note: (text) => answer({ kind: 'progress', event: { kind: 'note', task: '', text } }),
  onProgress: (event) => answer({ kind: 'progress', event }),
})

// Ctrl-C reaches the whole group of processes; the parent decides when this one ends.
for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {})
process.on('disconnect', () => process.exit())
process.on('message', async ({ run, key }: Order) => {
  try {
    await workplace.do(run, key)
    answer({ kind: 'done' })
  } catch (error) {
    const isFinal = [InputError, DataError, NumericalError].some((kind) => error instanceof kind)
    answer({ kind: 'failed', message: describeFailure(error).replace(/^dml-crc: /, ''), isFinal })
  }
})
