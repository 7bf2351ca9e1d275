import { readFileSync } from 'node:fs'
import { DataError } from '../errors.ts'
import { unreadable } from './read-file.ts'

/** What checks a value, such as a schema of zod. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } }
}

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

/** As {@link readJson}, of a text that `what` names. */
export function parseJson<T>(text: string, schema: Schema<T>, what: string, expected: string, remedy: string): T {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new DataError(what, { expected, received: `no JSON (${(cause as Error).message})`, remedy }, { cause })
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  throw new DataError(what, { expected, received: `${path.join('.') || 'the whole'}: ${message}`, remedy })
}
