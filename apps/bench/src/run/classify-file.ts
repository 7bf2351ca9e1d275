import { InputError, Prng } from '@dml-crc/core'
import { checkLabelCount, type Label } from '@dml-crc/core/arrays'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import { accuracy, type Matrix, meanPerClass } from '@dml-crc/metric'
import { unknown } from '../command-line/usage.ts'
import { override } from '../experiment/override.ts'
import { isMethod, METHODS, makeClassifier, type Options } from './methods.ts'
import { featuresOf, labelsBeside, labelsOf } from './read-samples.ts'

export interface ClassifyFiles {
  features: string
  labels?: string
  queries: string
  queryLabels?: string
  method: string
  set: readonly string[]
  engine?: EngineName | 'auto'
  seed: string
}

export interface Classified {
  /** The class of each query, as the labels of the samples name it. */
  labels: Label[]
  /** [N, C] larger is likelier. */
  scores: Matrix
  /** The class of each column of the scores. */
  classes: Label[]
  /** Of the queries, where it is known. */
  truth?: Label[]
  accuracy?: number
  meanPerClass?: number
}

/**
 * Fits a method on the features and labels of files and classifies the features of another.
 * @throws InputError for an unknown method or option; DataError for files that cannot be read or do not belong together
 */
export async function classifyFile(options: ClassifyFiles): Promise<Classified> {
  const { method, set, engine, seed } = options
  if (!isMethod(method)) throw unknown('Unknown method', method, METHODS, 'See `dml-crc classify --help`.')
  const classifier = makeClassifier(method, set.reduce<Options>(override, {}), Prng.fromSeed(Number(seed)))
  const samples = await featuresOf(options.features)
  const labels = options.labels ? await labelsOf(options.labels) : await labelsBeside(options.features)
  if (!labels) {
    throw new InputError('--labels', {
      expected: 'a file of the class of each sample, or an array «labels» beside the features',
      received: `${options.features} without one`,
      remedy: 'Name it: --labels FILE or --labels FILE:KEY.',
    })
  }
  checkLabelCount(options.labels ?? options.features, labels, samples)
  const queries = await featuresOf(options.queries)
  const truth = options.queryLabels ? await labelsOf(options.queryLabels) : await labelsBeside(options.queries)
  if (truth) checkLabelCount(options.queryLabels ?? options.queries, truth, queries)

  const classes = [...new Set(labels)].sort(byLabel)
  const place = new Map(classes.map((name, c) => [name, c]))
  await loadEngine({ prefer: engine })
  const fitted = await classifier.fit(
    samples,
    labels.map((name) => place.get(name)!),
  )
  try {
    const prediction = await fitted.predict(queries)
    const named = Array.from(prediction.labels, (c) => classes[c])
    return {
      labels: named,
      scores: prediction.scores,
      classes,
      ...(truth && { truth, ...measure(named, truth) }),
    }
  } finally {
    fitted.dispose()
  }
}

/** Numbers by size, texts by their characters, numbers before texts. */
function byLabel(a: Label, b: Label): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1
  return a < b ? -1 : 1
}

/** Classes may be any whole numbers or texts, and the truth may have some that no sample has. */
function measure(predicted: readonly Label[], truth: readonly Label[]) {
  const place = new Map([...new Set([...predicted, ...truth])].map((name, c) => [name, c]))
  const counted = (names: readonly Label[]) => Int32Array.from(names, (name) => place.get(name)!)
  return {
    accuracy: accuracy(counted(predicted), counted(truth)),
    meanPerClass: meanPerClass(counted(predicted), counted(truth)),
  }
}
