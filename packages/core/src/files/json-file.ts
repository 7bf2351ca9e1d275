import { readFileSync } from 'node:fs'
import { parseJson, type Schema } from '../json.ts'
import { unreadable } from './read-file.ts'

/**
 * A JSON file as a value of the schema.
 * @param expected what the file should be, for the error
 * @throws {DataError} when it is missing, a folder, not JSON, or a value that the schema refuses, with its place.
 */
export function readJson<T>(path: string, schema: Schema<T>, expected: string, remedy: string): T {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    throw unreadable(path, expected, cause)
  }
  return parseJson(text, schema, path, expected, remedy)
}
