import type { EngineName } from '@dml-crc/engine'
import type { Command } from 'commander'
import { engineOption } from '../command-line/experiment-options.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'
import { placeOfTasks } from '../executor/choose.ts'

interface WorkerOptions extends GlobalOptions {
  redis?: string
  store?: string
  engine?: EngineName | 'auto'
}

const EXAMPLES = `
Examples:
  $ dml-crc worker --redis redis://queue:6379 --store /mnt/shared/store
      on as many machines as there are, before or after the run is started`

export function addWorker(program: Command): void {
  program
    .command('worker')
    .description('work on runs that are started elsewhere with --executor bullmq')
    .option('--redis <url>', 'the Redis server that holds the queue')
    .option('--store <dir>', 'folder of the results, which all machines see')
    .addOption(engineOption())
    .addHelpText('after', EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<WorkerOptions>()
      const { redis, store: folder } = placeOfTasks(options)
      const [{ interruptible }, { loadEngine }, { Store }, { work }] = await Promise.all([
        import('@dml-crc/core'),
        import('@dml-crc/engine'),
        import('../executor/store.ts'),
        import('../executor/worker.ts'),
      ])
      const { name: engine } = await loadEngine({ prefer: options.engine })
      const terminal = openTerminal(options)
      await interruptible((signal) => work({ redis, store: new Store(folder), engine, terminal, signal }))
    })
}
