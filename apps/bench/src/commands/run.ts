import type { EngineName } from '@dml-crc/engine'
import { type Command, Option } from 'commander'
import { type GlobalOptions, openTerminal } from '../command-line/terminal.ts'
import { loadExperiment, shippedExperiments } from '../experiment/load.ts'
import { experimentJsonSchema } from '../experiment/schema.ts'
import { engineOption } from './engine-option.ts'

interface RunOptions extends GlobalOptions {
  data?: string
  backbone?: string
  weights?: string
  layer?: string
  fit?: string
  test?: string
  seed?: string
  engine?: EngineName | 'auto'
  out?: string
  set: string[]
  resume?: boolean
  dryRun?: boolean
}

const EXAMPLES = `
Examples:
  $ dml-crc run demo
      draws a set of flowers, trains a small network on it and compares the methods
  $ dml-crc run flowers102 --data flowers102 --backbone mobilenet_v1 --fit train --test val
      the official splits, on files that are already here
  $ dml-crc run flowers102 --set methods.0.options.lambda=0.1 --out runs/lambda
  $ dml-crc run my-experiment.json --dry-run

Experiments that come with the command: ${shippedExperiments().join(', ')}
The JSON Schema of experiment files: dml-crc run --schema`

export function addRun(program: Command): void {
  program
    .command('run')
    .description('run an experiment: features, selection, every method, results.json and report.html')
    .argument('[experiment]', 'name of a shipped experiment, or a .json file', 'demo')
    .option('--data <dir>', 'where the images lie')
    .option('--backbone <name>', 'run this backbone only')
    .option('--weights <file>', 'weights of that backbone: a safetensors file, a tag, or none')
    .option('--layer <name>', 'layer whose output is the feature')
    .option('--fit <split>', 'split that everything is fitted and chosen on')
    .option('--test <split>', 'split that is reported on')
    .option('--seed <n>', 'root of every random number')
    .addOption(engineOption())
    .option('--out <dir>', 'folder of the run (default: runs/NAME)')
    .option('--set <key=value>', 'change one key of the experiment; may be repeated', collect, [])
    .option('--resume', 'go on with the run in the folder: finished rows stay')
    .option('--dry-run', 'say what would be done, how large it is and how long it may take')
    .addOption(new Option('--schema', 'print the JSON Schema of experiment files').hideHelp())
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<RunOptions & { schema?: boolean }>()
      if (options.schema) {
        process.stdout.write(`${JSON.stringify(experimentJsonSchema(), null, 2)}\n`)
        return
      }
      const experiment = loadExperiment(name, assignments(options))
      const { runCommand } = await import('../run/run-command.ts')
      await runCommand(experiment, { ...options, terminal: openTerminal(options) })
    })
}

const collect = (value: string, previous: string[]) => [...previous, value]

/** The options that are short for `--set`, in the order of their authority: `--set` itself comes last. */
function assignments({ data, fit, test, seed, set }: RunOptions): string[] {
  const short = { 'dataset.root': data, 'splits.fit': fit, 'splits.test': test }
  return [
    ...Object.entries(short).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${JSON.stringify(value)}`],
    ),
    ...(seed === undefined ? [] : [`seed=${seed}`]),
    ...set,
  ]
}
