import type { EngineName } from '@dml-crc/engine'
import type { Command } from 'commander'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc classify features/val.safetensors --fit features/train.safetensors
  $ dml-crc classify queries.safetensors --fit mine.safetensors --method crc --option lambda=0.1 --option rule=ratio

A file holds features [N, d] and, for the one to fit, labels [N]; labels of the queries give an accuracy.
Methods: softmax, ridge, knn, ncm, nsc, crc, proCrc, robustProCrc, nrc, wcrc, dmlCrc`

type ClassifyOptions = GlobalOptions & {
  fit: string
  method: string
  option: string[]
  engine?: EngineName | 'auto'
  seed: string
}

export function addClassify(program: Command): void {
  program
    .command('classify')
    .description('classify features of your own by any method')
    .argument('<queries>', 'safetensors file of features')
    .requiredOption('--fit <file>', 'safetensors file of features and labels')
    .option('--method <name>', 'the classifier', 'dmlCrc')
    .option(
      '--option <key=value>',
      'an option of the classifier; may be repeated',
      (value, all: string[]) => [...all, value],
      [],
    )
    .option('--engine <name>', 'TensorFlow.js engine')
    .option('--seed <n>', 'root of every random number', '0')
    .addHelpText('after', EXAMPLES)
    .action(async (queries: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<ClassifyOptions>()
      const { classifyFile } = await import('../run/classify-file.ts')
      const terminal = openTerminal(options)
      const { labels, accuracy } = await classifyFile(queries, options)
      terminal.print(labels.join('\n'))
      if (accuracy !== undefined) terminal.note(`accuracy ${(100 * accuracy).toFixed(2)} % of ${labels.length}`)
      terminal.printJson({ labels, accuracy })
    })
}
