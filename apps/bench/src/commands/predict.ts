import type { EngineName } from '@dml-crc/engine'
import type { Command } from 'commander'
import { textTable } from '../command-line/table.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'
import { engineOption } from './experiment-options.ts'

const EXAMPLES = `
Examples:
  $ dml-crc predict model photo.jpg holiday/
  $ dml-crc predict model photo.jpg --top 3 --json`

type PredictOptions = GlobalOptions & { top: string; engine?: EngineName | 'auto' }

export function addPredict(program: Command): void {
  program
    .command('predict')
    .description('name what images show, by an exported model')
    .argument('<model>', 'folder that `dml-crc train` or `dml-crc export` wrote')
    .argument('<images...>', 'files, or folders of them')
    .option('--top <n>', 'classes to name for each image', '5')
    .addOption(engineOption())
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, images: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<PredictOptions>()
      const { loadEngine } = await import('@dml-crc/engine')
      const { loadExport, predict } = await import('@dml-crc/trainer')
      await loadEngine({ prefer: options.engine })
      const loaded = await loadExport(model)
      const predictions = await predict(loaded, images, { top: Number(options.top) })
      const terminal = openTerminal(options)
      const columns = [{ heading: 'image' }, { heading: 'class' }, { heading: 'then' }]
      const rows = predictions.map(({ source, className, top }) => [
        source,
        className,
        top
          .slice(1)
          .map((each) => each.className)
          .join(', '),
      ])
      terminal.print(textTable(columns, rows))
      terminal.printJson(predictions)
      loaded.backbone.dispose()
    })
}
