import { InputError } from '@dml-crc/core/errors'
import { type Command, Option } from 'commander'
import type { RunPlace } from '../actions/run-command.ts'
import {
  addExperimentOptions,
  addRunPlace,
  type ExperimentOptions,
  positiveNumber,
  readAnyExperiment,
} from '../command-line/experiment-options.ts'
import { openTerminal } from '../command-line/terminal.ts'
import type { TaskOptions } from '../executor/choose.ts'
import type { FeatureExperiment } from '../experiment/feature-schema.ts'
import { shippedExperiments } from '../experiment/load.ts'
import { withOneView } from '../experiment/one-view.ts'

type RunOptions = ExperimentOptions &
  RunPlace &
  TaskOptions & { features?: string; quick?: boolean; dryRun?: boolean; schema?: boolean }

const EXAMPLES = `
Examples:
  $ dml-crc run demo
      draws a set of flowers, trains a small network on it and compares the methods
  $ dml-crc run flowers102 --data flowers102 --backbone mobilenet_v1 --fit train --test val
      the official splits, on files that are already here
  $ dml-crc run flowers102 --backbone mobilenet_v1 --quick
      the same with one view of each image in place of six and eight random ones: a seventh of the passes
  $ dml-crc run flowers102 --set methods.2.options.lambda=0.1 --out runs/lambda
  $ dml-crc run flowers102 --workers 4
      the same bits from four processes, which share the work
  $ dml-crc run heads --features features
      every method on files DATASET.NETWORK.SPLIT.safetensors of features, and one table of all
  $ dml-crc run my-experiment.json --dry-run

Experiments that come with the command: ${shippedExperiments().join(', ')}
The JSON Schema of experiment files: dml-crc run --schema`

export function addRun(program: Command): void {
  const command = addExperimentOptions(
    program
      .command('run')
      .description('run an experiment: features, selection, every method, results.json and report.html'),
  )
  addRunPlace(command, 'folder of the run (default: runs/NAME)')
    .option('--workers <n>', 'do the work in this many processes', (text) => positiveNumber('--workers', text))
    .addOption(
      new Option('--executor <name>', 'have the work done by `dml-crc worker` on other machines').choices(['bullmq']),
    )
    .option('--redis <url>', 'the Redis server, for --executor bullmq')
    .option('--store <dir>', 'folder of the results of tasks, which all machines see (default: the caches)')
    .option('--features <dir>', 'folder of the feature files, for an experiment on features')
    .option('--quick', 'one view of each image: the first short side, without mirror images or random views')
    .option('--dry-run', 'print what would be done, its size and the estimated time')
    .addOption(new Option('--schema', 'print the JSON Schema of experiment files').hideHelp())
    .addHelpText('after', EXAMPLES)
    .action(async (name: string | undefined, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<RunOptions>()
      if (options.schema) {
        const { experimentJsonSchema } = await import('../experiment/schema.ts')
        process.stdout.write(`${JSON.stringify(experimentJsonSchema(), null, 2)}\n`)
        return
      }
      const { kind, experiment } = await readAnyExperiment(name, options)
      const terminal = openTerminal(options)
      if (kind === 'features') {
        refuseOnFeatures(
          '--dry-run',
          options.dryRun,
          'nothing is fetched, and a run that is stopped goes on with --resume',
        )
        refuseOnFeatures('--workers', options.workers !== undefined, 'its methods take seconds to minutes')
        refuseOnFeatures('--executor', options.executor !== undefined, 'its methods take seconds to minutes')
        refuseOnFeatures('--quick', options.quick, 'the files hold one row for each image')
        const { runFeatureFiles } = await import('../actions/feature-files.ts')
        await runFeatureFiles(withRoot(experiment, options.features), { ...options, terminal })
        return
      }
      const chosen = options.quick ? withOneView(experiment) : experiment
      if (options.dryRun) {
        const { dryRun } = await import('../actions/dry-run.ts')
        await dryRun(chosen, { ...options, terminal })
      } else {
        const { runCommand } = await import('../actions/run-command.ts')
        await runCommand(chosen, { ...options, terminal })
      }
    })
}

/** The experiment on the files of a folder. */
function withRoot(experiment: FeatureExperiment, root = experiment.features.root): FeatureExperiment {
  return { ...experiment, features: { ...experiment.features, root } }
}

/** @throws InputError for an option that has nothing to do on files of features */
function refuseOnFeatures(flag: string, isGiven: boolean | undefined, reason: string): void {
  if (!isGiven) return
  throw new InputError(flag, {
    expected: 'an experiment on images',
    received: 'one on files of features',
    remedy: `Leave it out: ${reason}.`,
  })
}
