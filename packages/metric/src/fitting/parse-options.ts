import { InputError } from '@dml-crc/core/errors'
import { choiceError } from '@dml-crc/core/nearest'
import type * as z from 'zod'

/**
 * A value checked by a schema, with the defaults filled in.
 * @param what what to call it in errors
 * @param remedy what to do about a value that is wrong in itself
 * @throws {InputError} about the first fault: an unknown key (with the nearest known one), a missing or wrong value.
 */
export function parseOptions<T extends z.ZodType>(
  schema: T,
  value: unknown,
  what: string,
  remedy = 'Correct it.',
): z.output<T> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw issueError(schema, parsed.error.issues[0], { value, what, remedy })
}

interface Given {
  value: unknown
  what: string
  remedy: string
}

function issueError(schema: z.ZodType, issue: z.core.$ZodIssue, { value, what, remedy }: Given): InputError {
  const where = issue.path.length === 0 ? what : `\`${issue.path.join('.')}\` of ${what}`
  const given = valueAt(value, issue.path)
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys
    return choiceError(`Unknown key in ${where}`, key, keysAt(schema, issue.path, value), 'Remove it.')
  }
  const choices = choicesOf(issue)
  if (choices) return choiceError(`Wrong value of ${where}`, String(given), choices, 'Take one of those.')
  return new InputError(`Wrong value of ${where}`, {
    expected: expectedBy(issue),
    received: JSON.stringify(given) ?? 'nothing',
    remedy,
  })
}

function expectedBy(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    return issue.errors.map(([first]) => expectedBy(first)).join(', or ')
  }
  if (issue.code === 'invalid_value') return `one of ${issue.values.join(', ')}`
  return issue.message.replace(/^Invalid (input|option): expected /, '').replace(/, received .*$/, '')
}

/** The values that would have been right, where they are a list. */
function choicesOf(issue: z.core.$ZodIssue): string[] | undefined {
  if (issue.code === 'invalid_value') return issue.values.map(String)
  const options = issue.code === 'invalid_union' && 'options' in issue ? issue.options : undefined
  return Array.isArray(options) ? options.map(String) : undefined
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], value)
}

/** The keys that the schema knows at `path`. */
function keysAt(schema: z.core.$ZodType, path: readonly PropertyKey[], value: unknown): string[] {
  let at = resolve(schema, value)
  path.forEach((key, i) => {
    const def = at._zod.def
    const inner =
      def.type === 'array' ? (def as z.core.$ZodArrayDef).element : (def as z.core.$ZodObjectDef).shape[key as string]
    at = resolve(inner, valueAt(value, path.slice(0, i + 1)))
  })
  return Object.keys((at._zod.def as z.core.$ZodObjectDef).shape)
}

/** The schema inside defaults and optional values; of a union, the member whose literals the value has. */
function resolve(schema: z.core.$ZodType, value: unknown): z.core.$ZodType {
  const def = schema._zod.def
  if ('innerType' in def) return resolve(def.innerType as z.core.$ZodType, value)
  if (def.type !== 'union') return schema
  const members = (def as z.core.$ZodUnionDef).options.map((member) => resolve(member, value))
  const objects = members.filter((member) => member._zod.def.type === 'object')
  const fits = (member: z.core.$ZodType) =>
    Object.entries((member._zod.def as z.core.$ZodObjectDef).shape).every(
      ([key, part]) =>
        part._zod.def.type !== 'literal' ||
        (part._zod.def as z.core.$ZodLiteralDef<z.core.util.Literal>).values.includes(valueAt(value, [key]) as never),
    )
  return objects.find(fits) ?? objects[0] ?? schema
}
