import type { HostTensor } from '@dml-crc/core/arrays'
import { DataError } from '@dml-crc/core/errors'
import { jsonValue } from '@dml-crc/core/json'
import { type Model, misfit, Model as Schema } from './model.ts'

/** A model as a safetensors file holds it: tensors by name, and text. */
export interface SerialisedModel {
  readonly tensors: ReadonlyMap<string, HostTensor>
  readonly metadata: Readonly<Record<string, string>>
}

/** Stands in the text where a tensor of the file belongs. */
const REFERENCE = '$tensor'

const REMEDY = 'Save the model again with saveModel.'

/** Takes a model apart; the arrays of the result are the model's own. */
export function serialise(model: Model): SerialisedModel {
  const tensors = new Map<string, HostTensor>()
  const walk = (value: unknown, path: string): unknown => {
    if (value instanceof Float32Array || value instanceof Int32Array) {
      tensors.set(path, { shape: [value.length], data: value })
      return { [REFERENCE]: path }
    }
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
    const { data, shape } = value as Partial<HostTensor>
    if (data instanceof Float32Array) {
      tensors.set(path, { shape: shape!, data })
      return { [REFERENCE]: path }
    }
    const within = (key: string) => (path ? `${path}.${key}` : key)
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, walk(part, within(key))]))
  }
  const text = JSON.stringify(walk(model, ''))
  return { tensors, metadata: { model: text } }
}

/**
 * Puts a model together again. Everything in it is checked, as input from a stranger: kinds, sizes, finite numbers.
 * @param source what to call it in errors
 * @throws {DataError} for tensors and text that are no model of this format.
 */
export function deserialise({ tensors, metadata }: SerialisedModel, source: string): Model {
  const wrong = (expected: string, received: string) => new DataError(source, { expected, received, remedy: REMEDY })
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value) || typeof value !== 'object' || value === null) return value
    if (Object.hasOwn(value, REFERENCE)) {
      const name = String((value as Record<string, unknown>)[REFERENCE])
      const tensor = tensors.get(name)
      if (!tensor) throw wrong(`a tensor ${name}`, 'none of that name')
      return tensor.shape.length === 1 ? tensor.data : { data: tensor.data, shape: [...tensor.shape] }
    }
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolve(part)]))
  }
  if (metadata.model === undefined) throw wrong('the description of a model', 'none')
  const plain = jsonValue(metadata.model, source, 'the description of a model', REMEDY)
  const parsed = Schema.safeParse(resolve(plain))
  if (!parsed.success) {
    const [{ path, message }] = parsed.error.issues
    throw wrong('a model of format 1', `${path.join('.') || 'the whole'}: ${message}`)
  }
  const found = misfit(parsed.data)
  if (found) throw wrong(`${found.part} of ${found.expected}`, found.received)
  return parsed.data
}
