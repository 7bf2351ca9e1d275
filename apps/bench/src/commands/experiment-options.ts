import type { EngineName } from '@dml-crc/engine'
import { type Command, Option } from 'commander'
import type { GlobalOptions } from '../command-line/terminal.ts'
import { loadExperiment } from '../experiment/load.ts'
import type { Experiment } from '../experiment/schema.ts'

/** The options of every command that works on an experiment. */
export interface ExperimentOptions extends GlobalOptions {
  data?: string
  backbone?: string
  weights?: string
  layer?: string
  fit?: string
  test?: string
  seed?: string
  engine?: EngineName | 'auto'
  set: string[]
}

const ENGINES = ['auto', 'tfjs-node-gpu', 'tfjs-node', 'webgpu', 'wasm', 'cpu']

export const engineOption = () => new Option('--engine <name>', 'TensorFlow.js engine').choices(ENGINES)

/** Adds the argument and the options that say which experiment, on which images, with which network and engine. */
export function addExperimentOptions(command: Command): Command {
  return command
    .argument('[experiment]', 'name of a shipped experiment, or a .json file', 'demo')
    .option('--data <dir>', 'where the images lie')
    .option('--backbone <name>', 'use this backbone only')
    .option('--weights <file>', 'weights of that backbone: a safetensors file, a tag, or none')
    .option('--layer <name>', 'layer whose output is the feature')
    .option('--fit <split>', 'split that everything is fitted and chosen on')
    .option('--test <split>', 'split that is reported on')
    .option('--seed <n>', 'root of every random number')
    .addOption(engineOption())
    .option('--set <key=value>', 'change one key of the experiment; may be repeated', collect, [])
}

const collect = (value: string, previous: string[]) => [...previous, value]

/** The experiment that the command line names, with what it changes. */
export function readExperiment(name: string, options: ExperimentOptions): Experiment {
  return loadExperiment(name, assignments(options))
}

/** The options that are short for `--set`, in the order of their authority: `--set` itself comes last. */
function assignments({ data, fit, test, seed, set }: ExperimentOptions): string[] {
  const short = { 'dataset.root': data, 'splits.fit': fit, 'splits.test': test }
  return [
    ...Object.entries(short).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${JSON.stringify(value)}`],
    ),
    ...(seed === undefined ? [] : [`seed=${seed}`]),
    ...set,
  ]
}
