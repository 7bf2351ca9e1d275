import { InputError, nearest } from '@dml-crc/core'
import type { z } from 'zod'
import { Experiment } from './schema.ts'

/**
 * Checks what was read from an experiment file and fills in the defaults.
 * @param source what to call the file in errors
 * @throws InputError about the first fault: an unknown key (with the nearest known one), a missing or wrong value
 */
export function validateExperiment(value: unknown, source: string): Experiment {
  const parsed = Experiment.safeParse(value)
  if (parsed.success) return parsed.data
  throw issueError(parsed.error.issues[0], value, source)
}

function issueError(issue: z.core.$ZodIssue, value: unknown, source: string): InputError {
  const where = issue.path.length === 0 ? source : `\`${issue.path.join('.')}\` of ${source}`
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys
    const known = keysAt(issue.path)
    const meant = nearest(key, known)
    return new InputError(`Unknown key in ${where}`, {
      expected: `one of ${known.join(', ')}`,
      received: `«${key}»`,
      remedy: meant ? `Did you mean ${meant}?` : 'Remove it.',
    })
  }
  if (issue.code === 'invalid_value') {
    const known = issue.values.map(String)
    const received = String(valueAt(value, issue.path))
    const meant = nearest(received, known)
    return new InputError(`Wrong value of ${where}`, {
      expected: `one of ${known.join(', ')}`,
      received: `«${received}»`,
      remedy: meant ? `Did you mean ${meant}?` : 'Take one of those.',
    })
  }
  return new InputError(`Wrong value of ${where}`, {
    expected: issue.message.replace(/^Invalid input: expected /, '').replace(/, received .*$/, ''),
    received: JSON.stringify(valueAt(value, issue.path)) ?? 'nothing',
    remedy: 'The schema, with every key and its meaning: dml-crc run --schema',
  })
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | undefined)?.[key], value)
}

/** The keys that the schema knows at `path`. */
function keysAt(path: readonly PropertyKey[]): string[] {
  const isOptional = (schema: z.core.$ZodType): schema is z.ZodOptional | z.ZodDefault => 'innerType' in schema._zod.def
  const unwrap = (schema: z.core.$ZodType): z.core.$ZodType =>
    isOptional(schema) ? unwrap(schema.def.innerType) : schema
  let schema: z.core.$ZodType = Experiment
  for (const key of path) {
    const outer = unwrap(schema)
    schema = typeof key === 'number' ? (outer as z.ZodArray).element : (outer as z.ZodObject).shape[key as string]
  }
  return Object.keys((unwrap(schema) as z.ZodObject).shape)
}
