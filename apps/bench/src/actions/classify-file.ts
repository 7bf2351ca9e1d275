import { InputError, Prng } from '@dml-crc/core'
import { checkLabelCount, type Label } from '@dml-crc/core/arrays'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import {
  accuracy,
  type Matrix,
  type MethodOptions,
  type Model,
  meanPerClass,
  methodNamed,
  modelClasses,
  predict,
  selectOptions,
} from '@dml-crc/metric'
import { loadModel, saveModel } from '@dml-crc/metric/files'
import { override } from '../experiment/override.ts'
import { featuresOf, labelsBeside, labelsOf } from './read-samples.ts'

export interface ClassifyFiles {
  /** Samples to fit on; none where a saved model classifies. */
  features?: string
  labels?: string
  queries: string
  queryLabels?: string
  method: string
  set: readonly string[]
  /** Choose the options that are not set by cross-validation inside the samples. */
  select?: boolean
  /** A model that was saved before, in the place of samples and method. */
  model?: string
  /** Where the fitted model is saved. */
  save?: string
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
  /** The options that `select` chose. */
  options?: MethodOptions
}

/**
 * Classifies the features of a file by a method fitted on those of another, or by a saved model.
 * @throws InputError for an unknown method or option; DataError for files that cannot be read or do not belong together
 */
export async function classifyFile(options: ClassifyFiles): Promise<Classified> {
  const { engine, save } = options
  const prepared = options.model === undefined ? await readSamples(options) : undefined
  const queries = await featuresOf(options.queries)
  const truth = options.queryLabels ? await labelsOf(options.queryLabels) : await labelsBeside(options.queries)
  if (truth) checkLabelCount(options.queryLabels ?? options.queries, truth, queries)
  await loadEngine({ prefer: engine })
  const { model, chosen } = prepared
    ? await fitSamples(prepared, options)
    : { model: await loadModel(options.model!), chosen: undefined }
  if (save !== undefined) await saveModel(save, model)
  const classes = classesOf(model)
  const prediction = await predict(model, queries)
  const named = Array.from(prediction.labels, (c) => classes[c])
  return {
    labels: named,
    scores: prediction.scores,
    classes,
    ...(chosen && { options: chosen }),
    ...(truth && { truth, ...measure(named, truth) }),
  }
}

interface SampleFile {
  samples: Matrix
  labels: readonly Label[]
}

/** Samples with labels; whatever is wrong with the method's options comes out first. */
async function readSamples({ features, labels: file, method, set }: ClassifyFiles): Promise<SampleFile> {
  methodNamed(method).make(set.reduce<MethodOptions>(override, {}))
  if (features === undefined) {
    throw new InputError('--features', {
      expected: 'a file of samples to fit on, or a saved model with --model',
      received: 'neither',
      remedy: 'Name one of them.',
    })
  }
  const samples = await featuresOf(features)
  const labels = file ? await labelsOf(file) : await labelsBeside(features)
  if (!labels) {
    throw new InputError('--labels', {
      expected: 'a file of the class of each sample, or an array «labels» beside the features',
      received: `${features} without one`,
      remedy: 'Name it: --labels FILE or --labels FILE:KEY.',
    })
  }
  checkLabelCount(file ?? features, labels, samples)
  return { samples, labels }
}

async function fitSamples(
  { samples, labels }: SampleFile,
  { method: name, set, select, seed }: ClassifyFiles,
): Promise<{ model: Model; chosen?: MethodOptions }> {
  const method = methodNamed(name)
  const prng = Prng.fromSeed(Number(seed))
  const classes = [...new Set(labels)].sort(byLabel)
  const place = new Map(classes.map((label, c) => [label, c]))
  const numbers = labels.map((label) => place.get(label)!)
  const given = set.reduce<MethodOptions>(override, {})
  const options = select ? (await selectOptions(method, samples, numbers, { options: given, prng })).options : given
  const model = await method.make(options, { prng }).fit(samples, numbers, { classNames: classes.map(String) })
  return { model, ...(select && { chosen: options }) }
}

/** The labels of a model's classes: whole numbers, where all of their names are such. */
function classesOf(model: Model): Label[] {
  const names = model.classNames ?? Array.from({ length: modelClasses(model) }, (_, c) => `${c}`)
  return names.every((name) => /^-?\d+$/.test(name)) ? names.map(Number) : [...names]
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
