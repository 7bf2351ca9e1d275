import { DataError, InputError } from '@dml-crc/core/errors'
import { jsonValue } from '@dml-crc/core/json'

/**
 * Applies one `--set path=value` to the raw text of an experiment: `splits.test=val`, `methods.0.options.lambda=0.3`.
 * The value is read as JSON where it is JSON and as a string elsewhere. Whether the path exists is for the schema to say.
 * @returns a changed copy
 * @throws InputError where there is no `=`, or the path leads through something that is neither object nor list
 */
export function override<T>(experiment: T, assignment: string): T {
  const at = assignment.indexOf('=')
  if (at < 1) {
    throw new InputError('Wrong --set', {
      expected: 'key=value, with dots between the keys of a path (splits.test=val)',
      received: `«${assignment}»`,
      remedy: 'Write --set key=value.',
    })
  }
  const path = assignment.slice(0, at).split('.')
  const reserved = path.find((key) => ['__proto__', 'prototype', 'constructor'].includes(key))
  if (reserved !== undefined) {
    const remedy = 'The schema, with every key and its meaning: dml-crc run --schema'
    throw new InputError('Wrong --set', { expected: 'keys of an experiment', received: `«${reserved}»`, remedy })
  }
  const copy = structuredClone(experiment)
  let part = copy as Record<string, unknown>
  for (const [depth, key] of path.slice(0, -1).entries()) {
    part[key] ??= {}
    const next = part[key]
    if (typeof next !== 'object' || next === null) {
      throw new InputError('Wrong --set', {
        expected: `an object or a list at \`${path.slice(0, depth + 1).join('.')}\``,
        received: JSON.stringify(next),
        remedy: 'Shorten the path.',
      })
    }
    part = next as Record<string, unknown>
  }
  part[path[path.length - 1]] = parseValue(assignment.slice(at + 1))
  return copy
}

/** Numbers as people write them, with or without a digit before the point, which JSON wants. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

function parseValue(text: string): unknown {
  if (NUMBER.test(text)) return Number(text)
  try {
    return jsonValue(text, 'a value', 'JSON', 'Write JSON, or a text.')
  } catch (error) {
    if (error instanceof DataError) return text
    throw error
  }
}
