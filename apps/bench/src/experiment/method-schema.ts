import { DEFAULT_FOLDS, type Method, type MethodOptions, methods } from '@dml-crc/metric'
import * as z from 'zod'

const positive = z.number().int().positive()

/** What experiments on images and on files of features have alike. */
export const selectAndSeed = {
  select: z.strictObject({ folds: z.number().int().min(2) }).default({ folds: DEFAULT_FOLDS }),
  seed: z.number().int().min(0).default(0).describe('The root of every random number of the run'),
}

/** The options of a method as an experiment gives them: none is required, and only those given are kept. */
function givenOptions({ options }: Method) {
  const open = Object.entries(options.shape).map(([name, option]) => [name, bare(option)])
  return z.strictObject(Object.fromEntries(open)).default({})
}

/** The same option without its default, which its documentation keeps. */
function bare(option: z.core.$ZodType) {
  const { description } = option as z.ZodType
  if (!(option instanceof z.ZodDefault)) return option
  const inner = option.def.innerType as z.ZodType
  return inner.optional().meta({ description, default: option.def.defaultValue })
}

const inner = (option: z.core.$ZodType): z.ZodType =>
  option instanceof z.ZodDefault || option instanceof z.ZodOptional
    ? inner(option.def.innerType)
    : (option as z.ZodType)

/** For each option a list of values. */
function gridOf({ options }: Method) {
  const lists = Object.entries(options.shape).map(([name, option]) => [name, z.array(inner(option)).min(1).optional()])
  return z
    .strictObject(Object.fromEntries(lists))
    .default({})
    .describe('Options to choose by cross-validation inside the fit split: every combination is tried')
}

/** What differs from method to method: one member of the union for each. */
function unionOf<T>(memberOf: (method: Method) => z.ZodObject | undefined): z.ZodType<T> {
  const members = methods.flatMap((method) => memberOf(method) ?? [])
  return z.discriminatedUnion('method', members as [z.ZodObject, ...z.ZodObject[]]) as unknown as z.ZodType<T>
}

const nameOf = ({ name, label, paper }: Method) => z.literal(name).describe(`${label}: ${paper}`)
const label = z.string().optional().describe('Its name in the tables')
const folds = positive
  .optional()
  .describe('Folds of the cross-validation of this method; as many as in `select` when absent')

export interface MethodEntry {
  method: string
  label?: string
  options: MethodOptions
  grid: Readonly<Record<string, readonly unknown[]>>
  folds?: number
  seeds: number
}

/** A classifier on frozen features. */
export const MethodEntry = unionOf<MethodEntry>((method) =>
  z.strictObject({
    method: nameOf(method),
    label,
    options: givenOptions(method).describe('Options that stay as they are'),
    grid: gridOf(method),
    folds,
    seeds: positive.default(1).describe('Runs that differ in their seed only; the table shows mean and spread'),
  }),
)

export interface SweepEntry {
  method: string
  option: string
  values: number[]
  options: MethodOptions
  folds?: number
}

/** A curve of cross-validated accuracy over one option, inside the fit split. */
export const SweepEntry = unionOf<SweepEntry>((method) => {
  const isNumber = ([, option]: [string, z.core.$ZodType]) => inner(option)._zod.def.type === 'number'
  const numbers = Object.entries(method.options.shape).filter(isNumber)
  if (numbers.length === 0) return undefined
  return z
    .strictObject({
      method: nameOf(method),
      option: z.enum(numbers.map(([name]) => name)).describe('The option on the horizontal axis'),
      values: z.array(z.number()).min(2),
      options: givenOptions(method).describe('Options that stay as they are'),
      folds,
    })
    .superRefine(({ option, values }, context) => {
      values.forEach((value, i) => {
        const [issue] = inner(method.options.shape[option]).safeParse(value).error?.issues ?? []
        if (issue) context.addIssue({ code: 'custom', message: issue.message, path: ['values', i], input: value })
      })
    })
})

/** The options of one method, as {@link MethodEntry} has them. */
export const optionsOf = (name: string) => givenOptions(methods.find((method) => method.name === name)!)
