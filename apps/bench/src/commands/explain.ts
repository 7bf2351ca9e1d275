import type { Command } from 'commander'
import { textTable } from '../command-line/table.ts'
import { openTerminal } from '../command-line/terminal.ts'
import { addExperimentOptions, type ExperimentOptions, readExperiment } from './experiment-options.ts'

const EXAMPLES = `
Examples:
  $ dml-crc explain flowers102 --data flowers102 --backbone mobilenet_v1 --test val --image image_06773

An image of the test split is coded over the fit split in the learned metric: the training images of the largest codes
say why it was classified as it was. A negative code takes away.`

type ExplainOptions = ExperimentOptions & { image: string; top: string }

export function addExplain(program: Command): void {
  addExperimentOptions(
    program.command('explain').description('say which training images decide the class of a test image'),
  )
    .requiredOption('--image <id>', 'a test image: its identifier, or the end of its file name')
    .option('--top <n>', 'training images to name', '8')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExplainOptions>()
      const terminal = openTerminal(options)
      const { explainImage } = await import('../run/explain-image.ts')
      const found = await explainImage(await readExperiment(name, options), { ...options, terminal })
      const rows = found.support.map(({ id, className, code }) => [id, className, code.toFixed(4)])
      terminal.print(`${found.id}: ${found.predicted}${found.right ? '' : ` (in truth ${found.truth})`}\n`)
      terminal.print(
        textTable([{ heading: 'training image' }, { heading: 'class' }, { heading: 'code', align: 'right' }], rows),
      )
      terminal.printJson(found)
    })
}
