import { DataError, InputError, Prng } from '@dml-crc/core'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import { accuracy, type Matrix, meanPerClass } from '@dml-crc/metric'
import { unknown } from '../command-line/usage.ts'
import { override } from '../experiment/override.ts'
import { isMethod, METHODS, makeClassifier, type Options } from './methods.ts'
import { classesBeside, readClasses, readFeatures } from './read-samples.ts'

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
  labels: number[]
  /** [N, C] larger is likelier. */
  scores: Matrix
  /** The class of each column of the scores. */
  classes: number[]
  /** Of the queries, where it is known. */
  truth?: number[]
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
  const samples = await readFeatures(options.features)
  const labels = options.labels ? await readClasses(options.labels) : await classesBeside(options.features)
  if (!labels) {
    throw new InputError('--labels', {
      expected: 'a file of the class of each sample, or an array «labels» beside the features',
      received: `${options.features} without one`,
      remedy: 'Name it: --labels FILE or --labels FILE:KEY.',
    })
  }
  checkCount(options.labels ?? options.features, labels, samples)
  const queries = await readFeatures(options.queries)
  const truth = options.queryLabels ? await readClasses(options.queryLabels) : await classesBeside(options.queries)
  if (truth) checkCount(options.queryLabels ?? options.queries, truth, queries)

  const classes = [...new Set(labels)].sort((a, b) => a - b)
  const place = new Map(classes.map((name, c) => [name, c]))
  await loadEngine({ prefer: engine })
  const fitted = await classifier.fit(
    samples,
    labels.map((name) => place.get(name)!),
  )
  try {
    const prediction = await fitted.predict(queries)
    const named = prediction.labels.map((c) => classes[c])
    return {
      labels: [...named],
      scores: prediction.scores,
      classes,
      ...(truth && { truth: [...truth], ...measure(named, truth) }),
    }
  } finally {
    fitted.dispose()
  }
}

/** Classes may be any whole numbers, and the truth may have some that no sample has. */
function measure(predicted: Int32Array, truth: Int32Array) {
  const place = new Map([...new Set([...predicted, ...truth])].map((name, c) => [name, c]))
  const counted = (names: Int32Array) => names.map((name) => place.get(name)!)
  return {
    accuracy: accuracy(predicted, truth),
    meanPerClass: meanPerClass(counted(predicted), counted(truth)),
  }
}

function checkCount(file: string, labels: Int32Array, { shape: [rows] }: Matrix): void {
  if (labels.length === rows) return
  const remedy = 'Give one label for each row of the features.'
  throw new DataError(file, { expected: `${rows} labels`, received: `${labels.length}`, remedy })
}
