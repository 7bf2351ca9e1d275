import type { Command } from 'commander'
import { addExperimentOptions, type ExperimentOptions, readExperiment } from '../command-line/experiment-options.ts'
import { openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc features flowers102 --data flowers102 --backbone mobilenet_v1 --test val --out features
      writes features/train.safetensors and features/val.safetensors: features [N, d] and labels [N]`

export function addFeatures(program: Command): void {
  addExperimentOptions(program.command('features').description('extract the features of both splits into files'))
    .option('--out <dir>', 'folder of the files', 'features')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ExperimentOptions & { out: string }>()
      const experiment = await readExperiment(name, options)
      const { writeFeatures } = await import('../actions/write-features.ts')
      const terminal = openTerminal(options)
      const files = await writeFeatures(experiment, { ...options, terminal })
      terminal.print(files.join('\n'))
      terminal.printJson({ files })
    })
}
