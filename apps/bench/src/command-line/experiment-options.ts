import { InputError } from '@dml-crc/core/errors'
import type { EngineName } from '@dml-crc/engine'
import { type Command, Option } from 'commander'
import { type AnyExperiment, loadAnyExperiment, loadExperiment } from '../experiment/load.ts'
import type { Experiment } from '../experiment/schema.ts'
import { foldsName } from '../experiment/splits.ts'
import type { GlobalOptions } from './terminal.ts'

/** The options of every command that works on an experiment. */
export interface ExperimentOptions extends GlobalOptions {
  data?: string
  backbone?: string
  weights?: string
  layers?: string[]
  pools?: string[]
  fit?: string
  test?: string
  folds?: number
  fractions?: Record<string, number>
  seed?: string
  engine?: EngineName | 'auto'
  set: string[]
}

const ENGINES = ['auto', 'tfjs-node-gpu', 'tfjs-node', 'webgpu', 'wasm', 'cpu']

export const engineOption = () => new Option('--engine <name>', 'TensorFlow.js engine').choices(ENGINES)

/** Adds the argument and the options that say which experiment, on which images, with which network and engine. */
export function addExperimentOptions(command: Command): Command {
  return command
    .argument(
      '[experiment]',
      'name of a shipped experiment, a .json file of one, or photographs: a folder of class folders, or a list of them ' +
        'in CSV or JSON (default: demo)',
    )
    .option('--data <dir>', 'folder of the images')
    .option(
      '--backbone <name>',
      'use this backbone only; the path of a model.json or an .onnx for a network of your own',
    )
    .option('--weights <file>', 'weights of that backbone: a safetensors file, a tag, or none')
    .option('--layers <name,…>', 'layers whose outputs are the feature, side by side', names)
    .option(
      '--pools <name,…>',
      'average, max, generalised mean 3, bilinear …: of the map of each layer, side by side',
      names,
    )
    .option('--fit <split>', 'split that everything is fitted and chosen on')
    .option('--test <split>', 'split that is reported on')
    .option('--folds <n>', 'cross-validate in place of a test split', (text) => positiveNumber('--folds', text))
    .option('--fractions <name=part,…>', 'of photographs: how to split them, train=0.8,test=0.2', parseFractions)
    .option('--seed <n>', 'seed of all random numbers')
    .addOption(engineOption())
    .option('--set <key=value>', 'change one key of the experiment; can be given several times', collect, [])
}

/** @throws InputError for a text that is no whole number above zero */
export function positiveNumber(flag: string, text: string): number {
  if (/^[1-9]\d*$/.test(text)) return Number(text)
  throw new InputError(flag, { expected: 'a whole number', received: `«${text}»`, remedy: `Give ${flag} 5.` })
}

function parseFractions(text: string): Record<string, number> {
  const parts = text.split(',').map((part): [string, number] => {
    const [name, fraction] = part.split('=')
    return [name.trim(), Number(fraction)]
  })
  if (parts.every(([name, fraction]) => name && fraction > 0 && fraction < 1)) return Object.fromEntries(parts)
  throw new InputError('--fractions', {
    expected: 'parts of one by split, with commas between them',
    received: `«${text}»`,
    remedy: 'Give for instance --fractions train=0.8,test=0.2.',
  })
}

/** Adds the options that say where a run goes, and what becomes of a run that is there. */
export function addRunPlace(command: Command, out: string): Command {
  return command
    .option('--out <dir>', out)
    .option('--resume', 'continue the run in the folder; finished rows are kept')
    .option('--overwrite', 'replace the run in the folder once the new one has its first row')
}

const names = (text: string) => text.split(',').map((name) => name.trim())

const collect = (value: string, previous: string[]) => [...previous, value]

/** The experiment that the command line names, with what it changes; `--data` alone may name photographs. */
export const readExperiment = (name: string | undefined, options: ExperimentOptions): Promise<Experiment> =>
  loadExperiment(...named(name, options))

/** The same, or an experiment on files of features. */
export const readAnyExperiment = (name: string | undefined, options: ExperimentOptions): Promise<AnyExperiment> =>
  loadAnyExperiment(...named(name, options))

function named(name: string | undefined, options: ExperimentOptions): Parameters<typeof loadExperiment> {
  const { data, folds, fractions } = options
  const photos = { folds, fractions }
  if (name === undefined && data !== undefined)
    return [data, { assignments: assignments({ ...options, data: undefined }), photos }]
  return [name ?? 'demo', { assignments: assignments(options), photos }]
}

/** The options that are short for `--set`, in the order of their authority: `--set` itself comes last. */
function assignments({ data, fit, test, folds, seed, set }: ExperimentOptions): string[] {
  const reported = folds === undefined ? test : foldsName(folds)
  const short = { 'dataset.root': data, 'splits.fit': fit, 'splits.test': reported }
  return [
    ...Object.entries(short).flatMap(([key, value]) =>
      value === undefined ? [] : [`${key}=${JSON.stringify(value)}`],
    ),
    ...(seed === undefined ? [] : [`seed=${seed}`]),
    ...set,
  ]
}
