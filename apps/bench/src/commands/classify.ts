import type { Command } from 'commander'
import type { ClassifyFiles } from '../actions/classify-file.ts'
import { engineOption } from '../command-line/experiment-options.ts'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'

const EXAMPLES = `
Examples:
  $ dml-crc classify --features features/train.safetensors --queries features/test.safetensors
  $ dml-crc classify --features mine.npz --queries mine.npz:x_test --query-labels mine.npz:y_test \\
      --method crc --set lambda=0.01 --set rule=plain --predictions out.csv
  $ dml-crc classify --features train.npz --queries test.npz --method crc --select --save model.safetensors
  $ dml-crc classify --model model.safetensors --queries new.npz
  $ dml-crc classify --features train.csv --labels train-labels.csv --queries test.csv
  $ dml-crc classify --features vgg.mat:X --labels vgg.mat:y --queries test.mat:X --json

Files: safetensors, npy, npz, MAT 5, CSV (features [N, d], one row per sample; labels any whole numbers). FILE:KEY names one
array of several; without a key, features and labels. Labels of the queries give an accuracy. --predictions writes .csv,
.json or .safetensors (with scores).`

type ClassifyOptions = GlobalOptions & ClassifyFiles & { predictions?: string }

export function addClassify(program: Command): void {
  program
    .command('classify')
    .description('classify your own features with any method')
    .option('--features <file[:key]>', 'features to fit on')
    .option('--labels <file[:key]>', 'their classes (default: labels in the same file; y_train beside x_train)')
    .requiredOption('--queries <file[:key]>', 'features to classify')
    .option(
      '--query-labels <file[:key]>',
      'their true classes (default: the labels in the same file, if there are any)',
    )
    .option('--method <name>', 'the classifier', 'dmlCrc')
    .option(
      '--set <key=value>',
      'an option of the classifier; can be given several times',
      (value, all: string[]) => [...all, value],
      [],
    )
    .option('--select', 'choose the options that are not set (λ, γ …) by cross-validation inside the samples')
    .option('--save <file>', 'save the fitted model as a safetensors file')
    .option('--model <file>', 'classify by a saved model instead of fitting one')
    .option('--predictions <file>', 'file to write the predictions to')
    .addOption(engineOption())
    .option('--seed <n>', 'seed of all random numbers', '0')
    .addHelpText('after', EXAMPLES)
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<ClassifyOptions>()
      const terminal = openTerminal(options)
      const { classifyFile } = await import('../actions/classify-file.ts')
      const { predictionsWriter } = await import('../actions/write-predictions.ts')
      const write = options.predictions === undefined ? undefined : predictionsWriter(options.predictions)
      const found = await classifyFile(options)
      await write?.(found)
      const { labels, classes, accuracy, meanPerClass, options: chosen } = found
      if (!write) terminal.print(labels.join('\n'))
      const measured = accuracy === undefined ? '' : `accuracy ${(100 * accuracy).toFixed(2)} % of ${labels.length}`
      if (write) terminal.print([measured, options.predictions].filter(Boolean).join('\n'))
      else if (measured) terminal.note(measured)
      if (chosen) terminal.note(`chosen: ${JSON.stringify(chosen)}`)
      terminal.printJson({ labels, classes, accuracy, meanPerClass, options: chosen })
    })
}
