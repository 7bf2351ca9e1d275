import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DataError } from '@dml-crc/core'
import { Results } from './schema.ts'

/**
 * Reads `results.json`.
 * @param path the file, or the folder of a run that has one
 * @throws DataError where there is none or it is not of schema 1
 */
export function readResults(path: string): Results {
  const file = statSync(path, { throwIfNoEntry: false })?.isDirectory() ? join(path, 'results.json') : path
  try {
    return Results.parse(JSON.parse(readFileSync(file, 'utf8')))
  } catch (error) {
    throw new DataError(
      `Cannot read the results of ${path}`,
      {
        expected: 'the folder of a run, or its results.json',
        received: (error as Error).message.split('\n').join(' '),
        remedy: 'Give the folder that `dml-crc run` wrote (runs/NAME).',
      },
      { cause: error },
    )
  }
}
