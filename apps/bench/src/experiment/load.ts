import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { InputError } from '@dml-crc/core/errors'
import { choiceError } from '@dml-crc/core/nearest'
import { checkDistinct } from './distinct.ts'
import type { FeatureExperiment } from './feature-schema.ts'
import { override } from './override.ts'
import { isPhotos, type PhotoSplits, photosExperiment } from './photos.ts'
import type { Experiment } from './schema.ts'
import { checkFolds } from './splits.ts'

const SHIPPED = new URL('../../experiments/', import.meta.url)

/** Names of the experiments that come with the command. */
export function shippedExperiments(): string[] {
  return readdirSync(SHIPPED)
    .filter((file) => file.endsWith('.json') && !file.endsWith('.schema.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort()
}

/** What `dml-crc run` takes: an experiment on images, or one on files of features. */
export type AnyExperiment =
  | { kind: 'images'; experiment: Experiment }
  | { kind: 'features'; experiment: FeatureExperiment }

interface LoadOptions {
  assignments?: readonly string[]
  photos?: PhotoSplits
}

/**
 * Reads an experiment as {@link loadExperiment}, or one on files of features, which has the key `features`.
 * @throws as {@link loadExperiment}
 */
export async function loadAnyExperiment(
  nameOrPath: string,
  { assignments = [], photos }: LoadOptions = {},
): Promise<AnyExperiment> {
  const raw = assignments.reduce(override, await rawExperiment(nameOrPath, photos))
  const source = `experiment ${nameOrPath}`
  // Its schema is made of all methods, which bring TensorFlow.js: not for help alone.
  const { validateExperiment, validateFeatureExperiment } = await import('./validate.ts')
  if (typeof raw === 'object' && raw !== null && 'features' in raw) {
    const experiment = validateFeatureExperiment(raw, source)
    checkDistinct(experiment, source)
    return { kind: 'features', experiment }
  }
  const { $schema: _, ...experiment } = validateExperiment(raw, source)
  checkDistinct(experiment, source)
  checkFolds(experiment)
  return { kind: 'images', experiment }
}

/**
 * Reads an experiment by the name of a shipped one, by the path of a `.json` file, or makes one for photographs of the
 * user's own; applies `--set` assignments and checks it.
 * @throws InputError for an unknown name or a wrong key or value; DataError for a file that cannot be read or is not JSON
 */
export async function loadExperiment(nameOrPath: string, options: LoadOptions = {}): Promise<Experiment> {
  const { kind, experiment } = await loadAnyExperiment(nameOrPath, options)
  if (kind === 'images') return experiment
  throw new InputError(`experiment ${nameOrPath}`, {
    expected: 'an experiment on images',
    received: 'one on files of features',
    remedy: 'Give it to dml-crc run.',
  })
}

function rawExperiment(nameOrPath: string, photos?: PhotoSplits): Promise<unknown> {
  if (shippedExperiments().includes(nameOrPath)) return readAny(shippedFile(nameOrPath))
  if (isPhotos(nameOrPath)) return photosExperiment(nameOrPath, photos)
  return readAny(nameOrPath.endsWith('.json') ? nameOrPath : shippedFile(nameOrPath))
}

function shippedFile(name: string): string {
  const known = shippedExperiments()
  if (known.includes(name)) return fileURLToPath(new URL(`${name}.json`, SHIPPED))
  const choices = [...known, 'a folder of photographs', 'the path of a .json file']
  throw choiceError('Unknown experiment', name, choices, 'Name one of those.')
}

/** The libraries are loaded here: help alone reads no file. */
async function readAny(file: string): Promise<unknown> {
  const [{ readJson }, { z }] = await Promise.all([import('@dml-crc/core'), import('zod')])
  return readJson(file, z.unknown(), 'a JSON file', 'Check the path and the text of the file.')
}
