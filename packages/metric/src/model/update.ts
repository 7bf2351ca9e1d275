import { InputError } from '@dml-crc/core/errors'
import type * as tf from '@tensorflow/tfjs'
import { bordered, withoutBorder, withoutRows, withRows } from '../coding/inverse-update.ts'
import { hostInverse, isDual } from '../coding/ridge-code.ts'
import { checkFeatures, checkLabels, classCounts } from '../samples/checks.ts'
import { type Features, type Matrix, takeRows, toMatrix } from '../samples/matrix.ts'
import { type CollaborativeModel, type Model, modelClasses, modelWidth } from './model.ts'
import { embed } from './predict.ts'
import { requireCollaborative } from './require-collaborative.ts'

/**
 * The model with further samples, of classes that it knows or of new ones, without learning anything again: L, the
 * weights and the centre stay, the inverse follows by a low-rank update (Woodbury), and the result is that of a fit in
 * the same metric on all samples. For k new rows it takes k·r² operations where a fit takes N·r² + r³.
 *
 * @param features [k, d] as the network gives them
 * @param labels [k] classes 0 … C−1, or C, C+1 … for new ones, none left out
 * @param classNames names of the new classes, where the model has names
 * @throws {InputError} for features, labels or names of another form, or a model that has no dictionary.
 */
export async function add(
  given: Model,
  features: Features,
  labels: ArrayLike<number>,
  { classNames }: { classNames?: readonly string[] } = {},
): Promise<CollaborativeModel> {
  const model = requireCollaborative(given, 'add')
  const rows = await checkFeatures(features, 'features', modelWidth(model))
  const all = Int32Array.from([...model.decision.labels, ...checkLabels(labels, rows.shape[0])])
  const gap = classCounts(all).indexOf(0)
  if (gap >= 0) {
    const remedy = 'Number new classes on from those that the model has.'
    throw new InputError('labels', { expected: 'no class left out', received: `no sample of class ${gap}`, remedy })
  }
  const names = model.classNames && [...model.classNames, ...(classNames ?? [])]
  const classes = classCounts(all).length
  if (names ? names.length !== classes : classNames !== undefined) {
    throw new InputError('classNames', {
      expected: names ? `names of the ${classes - modelClasses(model)} new classes` : 'none, as the model has none',
      received: `${classNames?.length ?? 0}`,
      remedy: 'Name every new class, in the order of their numbers.',
    })
  }
  const embedded = await embed(model, rows)
  const { dictionary, gamma } = model.decision
  const [count, width] = dictionary.shape
  const data = new Float32Array(dictionary.data.length + embedded.data.length)
  data.set(dictionary.data)
  data.set(embedded.data, dictionary.data.length)
  const joined: Matrix = { data, shape: [count + embedded.shape[0], width] }
  return withSamples({ ...model, classNames: names }, joined, all, async (inverse, lambda) => {
    if (!isDual(dictionary.shape, gamma)) return withRows(inverse, embedded)
    return isDual(joined.shape, gamma) ? bordered(inverse, dictionary, embedded, { lambda, gamma }) : undefined
  })
}

/**
 * The model without some of its samples, as if it had not been fitted on them in the same metric; the inverse follows as
 * in {@link add}. A class that has none left is forgotten: later classes move up by one.
 * @param rows which samples, numbered as they were fitted on and added
 * @throws {InputError} for rows that are not there, when fewer than two classes are left, or a model without a dictionary.
 */
export async function remove(given: Model, rows: ArrayLike<number>): Promise<CollaborativeModel> {
  const model = requireCollaborative(given, 'remove')
  const { dictionary, labels, gamma } = model.decision
  const [count] = dictionary.shape
  const gone = new Set(Array.from(rows))
  const wrong = [...gone].find((row) => !Number.isInteger(row) || row < 0 || row >= count)
  const kept = Array.from({ length: count }, (_, i) => i).filter((i) => !gone.has(i))
  const classes = [...new Set(kept.map((i) => labels[i]))].sort((a, b) => a - b)
  if (wrong !== undefined || classes.length < 2) {
    throw new InputError('rows', {
      expected: `numbers from 0 to ${count - 1}, and samples of two classes left`,
      received: wrong !== undefined ? `${wrong}` : `samples of ${classes.length} left`,
      remedy: 'Name rows of the samples that the model was fitted on.',
    })
  }
  if (gone.size === 0) return model
  const place = new Map(classes.map((label, i) => [label, i]))
  const own = Int32Array.from(kept, (i) => place.get(labels[i])!)
  const classNames = model.classNames && classes.map((label) => model.classNames![label])
  const left = takeRows(dictionary, kept)
  const removed = [...gone]
  return withSamples({ ...model, classNames }, left, own, async (inverse) => {
    if (!isDual(left.shape, gamma)) return withoutRows(inverse, takeRows(dictionary, removed))
    return isDual(dictionary.shape, gamma) ? withoutBorder(inverse, kept, removed) : undefined
  })
}

/** The model over other embedded samples; where it keeps an inverse, `update` gives that, or undefined to recompute it. */
async function withSamples(
  model: CollaborativeModel,
  dictionary: Matrix,
  labels: Int32Array,
  update: (inverse: Matrix, lambda: number) => Promise<tf.Tensor2D | undefined>,
): Promise<CollaborativeModel> {
  const { decision } = model
  const { code } = decision
  if (!('inverse' in code)) return { ...model, decision: { ...decision, dictionary, labels } }
  const lambda = code.kind === 'ridge' ? code.lambda : code.mu / 2
  const updated = await update(code.inverse, lambda)
  const inverse = updated ? await toMatrix(updated) : await hostInverse(dictionary, lambda, decision.gamma)
  updated?.dispose()
  return { ...model, decision: { ...decision, dictionary, labels, code: { ...code, inverse } } }
}
