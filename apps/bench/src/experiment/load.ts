import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { choiceError, DataError } from '@dml-crc/core'
import { checkDistinct } from './distinct.ts'
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

/**
 * Reads an experiment by the name of a shipped one, by the path of a `.json` file, or makes one for photographs of the
 * user's own; applies `--set` assignments and checks it.
 * @throws InputError for an unknown name or a wrong key or value; DataError for a file that cannot be read or is not JSON
 */
export async function loadExperiment(
  nameOrPath: string,
  { assignments = [], photos }: { assignments?: readonly string[]; photos?: PhotoSplits } = {},
): Promise<Experiment> {
  const raw = await rawExperiment(nameOrPath, photos)
  const source = `experiment ${nameOrPath}`
  // Its schema is made of all methods, which bring TensorFlow.js: not for help alone.
  const { validateExperiment } = await import('./validate.ts')
  const { $schema: _, ...experiment } = validateExperiment(assignments.reduce(override, raw), source)
  checkDistinct(experiment, source)
  checkFolds(experiment)
  return experiment
}

function rawExperiment(nameOrPath: string, photos?: PhotoSplits): unknown {
  if (shippedExperiments().includes(nameOrPath)) return readJson(shippedFile(nameOrPath))
  if (isPhotos(nameOrPath)) return photosExperiment(nameOrPath, photos)
  return readJson(nameOrPath.endsWith('.json') ? nameOrPath : shippedFile(nameOrPath))
}

function shippedFile(name: string): string {
  const known = shippedExperiments()
  if (known.includes(name)) return fileURLToPath(new URL(`${name}.json`, SHIPPED))
  const choices = [...known, 'a folder of photographs', 'the path of a .json file']
  throw choiceError('Unknown experiment', name, choices, 'Name one of those.')
}

function readJson(file: string): unknown {
  const wrong = (received: string, cause: unknown) =>
    new DataError(
      `Cannot read the experiment ${file}`,
      {
        expected: 'a JSON file',
        received,
        remedy: 'Check the path and the text of the file.',
      },
      { cause },
    )
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    throw wrong((error as Error).message, error)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw wrong((error as Error).message, error)
  }
}
