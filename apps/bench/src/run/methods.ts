import { InputError, nearest, type Prng } from '@dml-crc/core'
import {
  type Classifier,
  centerOf,
  classifierOf,
  crc,
  type Features,
  type FitMetricOptions,
  type FittedClassifier,
  type FittedMetric,
  fitMetric,
  knn,
  type Matrix,
  type NormaliseOptions,
  ncm,
  normalise,
  nrc,
  nsc,
  proCrc,
  ridge,
  robustProCrc,
  softmaxRegression,
  wcrc,
} from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import type { MethodEntry } from '../experiment/schema.ts'

export type Options = Readonly<Record<string, number | string | boolean>>

/** A fitted classifier on features as the backbone gives them. */
export interface FittedMethod extends FittedClassifier {
  /** What it does to features first. */
  readonly form: NormaliseOptions
  /** The learned metric, of a method that learns one. */
  readonly metric?: FittedMetric
}

export interface MethodClassifier extends Classifier {
  fit(features: Features, labels: ArrayLike<number>): Promise<FittedMethod>
}

interface Recipe {
  /** Its name in tables. */
  label: string
  /** Every option it takes. */
  options: readonly string[]
  fit(features: Matrix, labels: ArrayLike<number>, options: Options, prng: Prng): Promise<FittedClassifier>
}

function recipe<T>(label: string, options: readonly string[], make: (options: T) => Classifier): Recipe {
  return { label, options, fit: (features, labels, given) => make(given as T).fit(features, labels) }
}

const RECIPES: Record<MethodEntry['method'], Recipe> = {
  softmax: recipe('softmax', ['decay', 'steps'], softmaxRegression),
  ridge: recipe('ridge', ['lambda'], ridge),
  knn: recipe('kNN', ['k'], knn),
  ncm: recipe('NCM', [], ncm),
  crc: recipe('CRC', ['lambda', 'rule', 'form'], crc),
  proCrc: recipe('ProCRC', ['lambda', 'gamma'], proCrc),
  nsc: recipe('NSC', ['lambda'], nsc),
  robustProCrc: recipe('R-ProCRC', ['lambda', 'gamma', 'iterations'], robustProCrc),
  nrc: recipe('NRC', ['mu', 'iterations'], nrc),
  wcrc: recipe('WCRC', ['lambda', 'rule'], wcrc),
  dmlCrc: {
    label: 'DML-CRC',
    options: ['rank', 'form', 'init', 'rule', 'lambda', 'temperature', 'noise', 'steps', 'learningRate', 'pull'],
    async fit(features, labels, options, prng) {
      const metric = await fitMetric(features, labels, { ...(options as FitMetricOptions), prng })
      const classifier = await classifierOf(metric)
      const dispose = () => {
        classifier.dispose()
        metric.dispose()
      }
      return { predict: classifier.predict, metric, dispose } as FittedClassifier
    },
  },
}

export const METHODS = Object.keys(RECIPES) as MethodEntry['method'][]

/** Whether the project's own method is to be compared with it. */
export const isBaseline = (name: MethodEntry['method']): boolean => name !== 'dmlCrc'

export const isMethod = (name: string): name is MethodEntry['method'] => Object.hasOwn(RECIPES, name)

export const methodLabel = ({ method, label }: Pick<MethodEntry, 'method' | 'label'>): string =>
  label ?? RECIPES[method].label

/**
 * A classifier of the given method that normalises features itself: signed square root and unit length unless the
 * options `signedSquareRoot` and `unitNorm` say otherwise; with `center`, less the mean of the features fitted on.
 * @throws InputError for an option that the method does not have
 */
export function makeClassifier(method: MethodEntry['method'], options: Options, prng: Prng): MethodClassifier {
  const recipe = RECIPES[method]
  checkOptions(recipe, options)
  return {
    name: recipe.label,
    async fit(features, labels) {
      const samples = await onHost(features)
      const { form, own } = splitOptions(options, samples)
      const fitted = await recipe.fit(normalise(samples, form), labels, own, prng)
      return {
        ...fitted,
        form,
        predict: async (queries) => fitted.predict(normalise(await onHost(queries), form)),
      }
    },
  }
}

/** Separates what is done to the features, after those fitted on, from the options of the method itself. */
export function splitOptions(
  { signedSquareRoot = true, unitNorm = true, center = false, ...own }: Options,
  fit: Matrix,
): { form: NormaliseOptions; own: Options } {
  const form = { signedSquareRoot, unitNorm } as NormaliseOptions
  return { form: center ? { ...form, center: centerOf(fit, form) } : form, own }
}

function checkOptions({ label, options: own }: Recipe, options: Options): void {
  const known = [...own, 'signedSquareRoot', 'unitNorm', 'center']
  for (const key of Object.keys(options)) {
    if (known.includes(key)) continue
    const meant = nearest(key, known)
    throw new InputError(`Unknown option of ${label}`, {
      expected: `one of ${known.join(', ')}`,
      received: `«${key}»`,
      remedy: meant ? `Did you mean ${meant}?` : 'Remove it.',
    })
  }
}

async function onHost(features: Features): Promise<Matrix> {
  return features instanceof tf.Tensor
    ? { data: (await features.data()) as Float32Array, shape: features.shape }
    : features
}

/** Every combination of the values of a grid, on top of the options that stay. */
export function combinations(options: Options, grid: Readonly<Record<string, readonly Options[string][]>>): Options[] {
  return Object.entries(grid).reduce<Options[]>(
    (all, [key, values]) => all.flatMap((each) => values.map((value) => ({ ...each, [key]: value }))),
    [options],
  )
}
