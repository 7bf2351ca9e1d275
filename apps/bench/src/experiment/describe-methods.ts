import { methodNamed, methods } from '@dml-crc/metric'
import * as z from 'zod'

/** An option as its documentation has it. */
interface DescribedOption {
  name: string
  /** What values it takes. */
  values: string
  default?: unknown
  description: string
}

/** A method as its record has it. */
export interface DescribedMethod {
  name: string
  label: string
  paper: string
  options: DescribedOption[]
}

/** What JSON Schema says of one option. */
interface Schema {
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  properties?: Record<string, Schema>
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  exclusiveMaximum?: number
  default?: unknown
  description?: string
}

/**
 * All methods, or the one of a name, from their records.
 * @throws InputError for a name that no method has
 */
export function describeMethods(name?: string): DescribedMethod[] {
  const chosen = name === undefined ? methods : [methodNamed(name)]
  return chosen.map((method) => {
    const { properties = {} } = z.toJSONSchema(method.options, { io: 'input' }) as Schema
    const options = Object.entries(properties).map(([option, schema]) => ({
      name: option,
      values: valuesOf(schema),
      default: schema.default,
      description: schema.description ?? '',
    }))
    return { name: method.name, label: method.label, paper: method.paper, options }
  })
}

/** Zod writes the bounds of whole numbers as those that JSON holds exactly. */
const isBound = (value: number | undefined): value is number =>
  value !== undefined && Math.abs(value) !== Number.MAX_SAFE_INTEGER

function valuesOf(schema: Schema): string {
  if (schema.anyOf) return schema.anyOf.map(valuesOf).join(' or ')
  if (schema.enum) return schema.enum.join(' | ')
  if (schema.const !== undefined) return String(schema.const)
  if (schema.properties) return `{${Object.keys(schema.properties).join(', ')}}`
  if (schema.type === 'boolean') return 'true | false'
  const kind = schema.type === 'integer' ? 'whole number' : 'number'
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  return [
    kind,
    ...(isBound(minimum) ? [`from ${minimum}`] : []),
    ...(isBound(exclusiveMinimum) ? [`above ${exclusiveMinimum}`] : []),
    ...(isBound(maximum) ? [`to ${maximum}`] : []),
    ...(isBound(exclusiveMaximum) ? [`below ${exclusiveMaximum}`] : []),
  ].join(' ')
}

/** A paragraph a method: its name and source, then a line an option. */
export const methodTexts = (found: readonly DescribedMethod[]): string[] =>
  found.map(({ name, label, paper, options }) =>
    [
      `${name}  (${label})`,
      `  ${paper}`,
      ...options.map(({ name: option, values, default: usual, description }) => {
        const ending = usual === undefined ? '' : `, default ${JSON.stringify(usual)}`
        return `  ${option.padEnd(17)} ${description} [${values}${ending}]`
      }),
    ].join('\n'),
  )
