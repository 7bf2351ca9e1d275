import type { EngineName } from '@dml-crc/engine'
import type { Command } from 'commander'
import { engineOption, positiveNumber } from '../command-line/experiment-options.ts'
import { textTable } from '../command-line/table.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc explain runs/photos photo.jpg
  $ dml-crc explain runs/photos holiday/ --top 3 --json

An image is coded over the training images of the model in its learned metric: those of the largest codes say why it was
classified as it was. A negative code speaks against its class.`

type ExplainOptions = GlobalOptions & { top?: number; engine?: EngineName | 'auto' }

export function addExplain(program: Command): void {
  program
    .command('explain')
    .description('show which training images decide the class of an image')
    .argument('<model>', 'folder that `dml-crc run` or `export` wrote')
    .argument('<images...>', 'files, or folders of them')
    .option('--top <n>', 'how many training images to print', (text) => positiveNumber('--top', text))
    .addOption(engineOption())
    .addHelpText('after', EXAMPLES)
    .action(async (model: string, images: string[], _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExplainOptions>()
      const { loadEngine } = await import('@dml-crc/engine')
      const { explainImages, loadExport } = await import('@dml-crc/trainer')
      const { modelFolder } = await import('../results/model-folder.ts')
      const folder = await modelFolder(model)
      await loadEngine({ prefer: options.engine })
      const loaded = await loadExport(folder)
      const found = await explainImages(loaded, images, { top: options.top })
      loaded.backbone.dispose()
      const terminal = openTerminal(options)
      const columns = [
        { heading: 'training image' },
        { heading: 'class' },
        { heading: 'code', align: 'right' as const },
      ]
      const texts = found.map(({ source, className, support }) => {
        const rows = support.map((each) => [each.id, each.className, each.code.toFixed(4)])
        return `${source}: ${className}\n\n${textTable(columns, rows)}`
      })
      terminal.print(texts.join('\n\n'))
      terminal.printJson(found)
    })
}
