import { statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { readJson } from '@dml-crc/core'
import { Details, emptyDetails } from './details.ts'
import { Results } from './schema.ts'
import { detailsOf, readUnits, resultsOf } from './units.ts'

const EXPECTED = 'the folder of a run, or its results.json'
const REMEDY = 'Give the folder that `dml-crc run` wrote (runs/NAME).'

const folderOf = (path: string) => (statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : undefined)

/**
 * Reads the results of a run. In its folder the units have the last word: a run that was killed may not have written the
 * row that it finished last into `results.json`.
 * @param path the file, or the folder of a run that has one
 * @throws DataError where there is none or it is not of schema 1
 */
export function readResults(path: string): Results {
  const folder = folderOf(path)
  const results = readJson(folder ? join(folder, 'results.json') : path, Results, EXPECTED, REMEDY)
  const units = folder ? readUnits(folder) : []
  return units.length > 0 ? resultsOf(results, units) : results
}

/**
 * What the figures of the report need; empty where there is only a `results.json`.
 * @throws DataError where `details.json` is damaged
 */
export function readDetails(path: string): Details {
  const folder = folderOf(path) ?? (basename(path) === 'results.json' ? dirname(path) : undefined)
  const file = folder && join(folder, 'details.json')
  if (!file || !statSync(file, { throwIfNoEntry: false })) return emptyDetails()
  const details = readJson(
    file,
    Details,
    'the details of a run',
    'Remove the file: the report does without, or run again.',
  )
  const units = readUnits(folder)
  return units.length > 0 ? detailsOf(details, units) : details
}
