import { DataError } from './errors.ts'

/** What checks a value, such as a schema of zod. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ):
    | { success: true; data: T }
    | { success: false; error: { issues: readonly { path: PropertyKey[]; message: string }[] } }
}

/** More levels than any file of ours has. Deeper values are made to exhaust the stack of whatever walks them. */
const MOST_LEVELS = 100

/** How deep the lists and objects of a text that is JSON lie in each other. */
function levelsOf(text: string): number {
  let [most, level] = [0, 0]
  let isInText = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (isInText && character === '\\') i++
    else if (character === '"') isInText = !isInText
    else if (isInText) continue
    else if (character === '[' || character === '{') most = Math.max(most, ++level)
    else if (character === ']' || character === '}') level--
  }
  return most
}

/**
 * The value of a JSON text: the one place where such a text is parsed.
 * @param what names the text in the error
 * @param expected what the text should be, for the error
 * @throws {DataError} when it is not JSON, or deeper than 100 levels.
 */
export function jsonValue(text: string, what: string, expected: string, remedy: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw new DataError(what, { expected, received: `no JSON (${(cause as Error).message})`, remedy }, { cause })
  }
  const levels = levelsOf(text)
  if (levels > MOST_LEVELS) throw new DataError(what, { expected, received: `JSON of ${levels} levels`, remedy })
  return value
}

/**
 * A JSON text as a value of the schema.
 * @throws {DataError} when it is not JSON, or a value that the schema refuses, with its place.
 */
export function parseJson<T>(text: string, schema: Schema<T>, what: string, expected: string, remedy: string): T {
  const parsed = schema.safeParse(jsonValue(text, what, expected, remedy))
  if (parsed.success) return parsed.data
  const [{ path, message }] = parsed.error.issues
  throw new DataError(what, { expected, received: `${path.join('.') || 'the whole'}: ${message}`, remedy })
}
