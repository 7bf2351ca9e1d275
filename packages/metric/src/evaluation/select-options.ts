import type { Prng } from '@dml-crc/core/prng'
import type { OnProgress } from '@dml-crc/core/progress'
import type { Method } from '../fitting/define-method.ts'
import type { Features } from '../samples/matrix.ts'
import { crossValidate } from './cross-validate.ts'
import type { Views } from './viewed-samples.ts'

/** Options of a method by name. */
export type MethodOptions = Readonly<Record<string, unknown>>

/** Every combination of the values of a grid, on top of the options that stay. */
export function combinations(
  options: MethodOptions,
  grid: Readonly<Record<string, readonly unknown[]>>,
): MethodOptions[] {
  return Object.entries(grid).reduce<MethodOptions[]>(
    (all, [key, values]) => all.flatMap((each) => values.map((value) => ({ ...each, [key]: value }))),
    [options],
  )
}

export interface SelectOptions {
  /** Options that stay as they are. Default none. */
  options?: MethodOptions
  /** Values to choose from. Default those that the method's record names, of the options that do not stay. */
  grid?: Readonly<Record<string, readonly unknown[]>>
  /** Parts of the fit set, each held out once; as many as `crossValidate` takes by default. */
  folds?: number
  /** Views of the samples, as for `crossValidate`. */
  views?: Views
  /** Decides the folds, and what the method draws. */
  prng: Prng
  onProgress?: OnProgress
}

export interface Selection {
  /** The options of the highest accuracy on held-out parts, the first of equals. */
  readonly options: MethodOptions
  /** Every combination with its accuracy; empty where there was nothing to choose. */
  readonly table: readonly { options: MethodOptions; accuracy: number }[]
}

/**
 * Chooses the options of a method by cross-validation inside the samples to fit.
 * @throws {InputError} for options or values that the method does not have, before any work.
 */
export async function selectOptions(
  method: Method,
  features: Features,
  labels: ArrayLike<number>,
  { options = {}, grid, folds, views, prng, onProgress }: SelectOptions,
): Promise<Selection> {
  const open = Object.entries(method.grid).filter(([key]) => !Object.hasOwn(options, key))
  const tried = combinations(options, grid ?? Object.fromEntries(open))
  const context = { prng: prng.split('selection'), onProgress }
  const classifiers = tried.map((each, i) => [`${i}`, method.make(each, context)] as const)
  if (tried.length === 1) return { options: tried[0], table: [] }
  const found = await crossValidate(Object.fromEntries(classifiers), features, labels, {
    folds,
    views,
    prng: prng.split('folds'),
  })
  const table = found.table.map(({ accuracy }, i) => ({ options: tried[i], accuracy }))
  return { options: tried[Number(found.bestKey)], table }
}
