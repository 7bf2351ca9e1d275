import { InputError, NumericalError } from '@dml-crc/core/errors'
import { Prng } from '@dml-crc/core/prng'
import type { OnProgress } from '@dml-crc/core/progress'
import * as z from 'zod'
import type { Decision, Embedding, Model } from '../model/model.ts'
import type { NormaliseChoice } from '../model/normalisation.ts'
import type { Features } from '../samples/matrix.ts'
import { normalisedSamples, type Samples } from './normalised-samples.ts'
import { parseOptions } from './parse-options.ts'

/** What a method may use beside its options. */
export interface MethodContext {
  /** Where all its random numbers come from. Default `Prng.fromSeed(0)`. */
  readonly prng?: Prng
  readonly onProgress?: OnProgress
}

/** What a method finds. */
export interface Fitted<D extends Decision = Decision> {
  readonly decision: D
  readonly embedding?: Embedding
  readonly losses?: readonly number[]
  /** The options that the fit chose for itself, by name. */
  readonly chosen?: Model['chosen']
}

/** A method with its options chosen. */
export interface Classifier<D extends Decision = Decision> {
  /** The method's name in tables, with the options that were given. */
  readonly name: string
  /**
   * @param features [N, d] finite numbers as the network gives them: they are normalised inside
   * @param labels [N] classes 0 … C−1, each with a sample
   * @param extra.groups [N] which rows are views of one image; without it every row is an image of its own
   * @param extra.classNames [C] kept in the model
   * @throws {InputError} for features, labels or groups of another form, before any work.
   * @throws {NumericalError} where what is found holds numbers that are not finite.
   */
  fit(
    features: Features,
    labels: ArrayLike<number>,
    extra?: { groups?: ArrayLike<number>; classNames?: readonly string[] },
  ): Promise<Model<D>>
}

/** The options that every method has: what is done to features first. */
const normaliseOptions = ({ signedSquareRoot = true, unitNorm = true, center = false }: Partial<NormaliseChoice>) => ({
  signedSquareRoot: z
    .boolean()
    .default(signedSquareRoot)
    .describe('Take sign(x)·√|x| of each number, so that a few large activations do not decide all'),
  unitNorm: z.boolean().default(unitNorm).describe('Scale each row to Euclidean length 1 after that'),
  center: z
    .boolean()
    .default(center)
    .describe('After that, subtract the mean of the fit features and scale to length 1 again'),
})

/** The schema of a method's options, those of the normalisation among them. */
export type OptionsSchema<S extends z.ZodRawShape> = z.ZodObject<
  S & ReturnType<typeof normaliseOptions>,
  z.core.$strict
>

interface Definition<S extends z.ZodRawShape, D extends Decision> {
  /** As experiments and the command line name it. */
  name: string
  /** As tables name it. */
  label: string
  /** Where it comes from. */
  paper: string
  /** Whether this project's own method is to be compared with it. Default true. */
  baseline?: boolean
  /** Each option with its default and a description. */
  options: S
  /** Where the defaults of the normalisation are others. */
  normaliseDefaults?: Partial<NormaliseChoice>
  /** Values of options worth comparing on held-out samples. */
  grid?: { readonly [K in keyof S]?: readonly z.input<S[K]>[] }
  fit(samples: Samples, options: z.output<OptionsSchema<S>>, context: Required<MethodContext>): Promise<Fitted<D>>
}

/** A way to classify, as a record: all that is known of it follows from here. */
export interface Method<S extends z.ZodRawShape = z.ZodRawShape, D extends Decision = Decision> {
  readonly name: string
  readonly label: string
  readonly paper: string
  readonly baseline: boolean
  readonly options: OptionsSchema<S>
  readonly grid: Readonly<Record<string, readonly unknown[]>>
  /** @throws {InputError} for an unknown option or a wrong value. */
  make(options?: z.input<OptionsSchema<S>>, context?: MethodContext): Classifier<D>
}

/** A method from its definition: checks, normalisation and the model around it are the same for all. */
export function defineMethod<S extends z.ZodRawShape, D extends Decision>(definition: Definition<S, D>): Method<S, D> {
  const { name, label, paper, baseline = true, grid = {}, fit } = definition
  const options = z.strictObject({
    ...definition.options,
    ...normaliseOptions(definition.normaliseDefaults ?? {}),
  }) as unknown as OptionsSchema<S>
  return {
    name,
    label,
    paper,
    baseline,
    options,
    grid: grid as Readonly<Record<string, readonly unknown[]>>,
    make(given, { prng = Prng.fromSeed(0), onProgress = () => {} } = {}) {
      const chosen = parseOptions(options, given ?? {}, `options of ${label}`)
      const said = Object.entries(given ?? {}).map(([key, value]) => `${key}=${value}`)
      return {
        name: said.length > 0 ? `${label} (${said.join(', ')})` : label,
        async fit(features, labels, { groups, classNames } = {}) {
          const choice = chosen as unknown as NormaliseChoice
          const { samples, normalisation } = await normalisedSamples(features, labels, choice, groups)
          checkNames(classNames, samples.classes)
          const { decision, embedding, losses, chosen: found } = await fit(samples, chosen, { prng, onProgress })
          checkFinite(label, { decision, embedding })
          return {
            format: 1,
            method: label,
            normalisation,
            ...(embedding && { embedding }),
            decision,
            ...(classNames && { classNames: [...classNames] }),
            ...(found && Object.keys(found).length > 0 && { chosen: found }),
            ...(losses && { losses: [...losses] }),
          } as Model<D>
        },
      }
    },
  }
}

function checkNames(classNames: readonly string[] | undefined, classes: number): void {
  if (!classNames || classNames.length === classes) return
  const remedy = 'Name every class, in the order of their numbers.'
  throw new InputError('classNames', { expected: `${classes} names`, received: `${classNames.length}`, remedy })
}

/** Walks through all float arrays of what was fitted. */
function checkFinite(label: string, value: unknown, path = ''): void {
  if (value instanceof Float32Array) {
    const wrong = value.find((number) => !Number.isFinite(number))
    if (wrong === undefined) return
    const remedy = 'Scale the features down or normalise them (unitNorm), and look at the options of the method.'
    throw new NumericalError(label, { expected: 'finite numbers', received: `${wrong} in ${path}`, remedy })
  }
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return
  for (const [key, part] of Object.entries(value)) {
    checkFinite(label, part, key === 'data' ? path : path ? `${path}.${key}` : key)
  }
}
