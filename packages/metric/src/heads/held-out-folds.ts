import { Prng } from '@dml-crc/core/prng'
import type * as tf from '@tensorflow/tfjs'
import type { LabelledMatrix } from '../samples/checks.ts'
import { stratifiedFolds } from '../samples/folds.ts'
import { largest, takeNumbers, takeRows } from '../samples/matrix.ts'

/** One part of the samples to fit on, and the rest. */
export interface HeldFold {
  readonly fit: LabelledMatrix
  readonly held: LabelledMatrix
}

/**
 * The folds by which a method chooses an option where leaving one out has no closed form. They are the same for the same
 * labels, so that a fit is a function of its samples.
 * @throws {InputError} when a class has a single sample.
 */
export function foldsFor({ features, labels, classes }: LabelledMatrix, folds: number): HeldFold[] {
  const part = (rows: Int32Array): LabelledMatrix => ({
    features: takeRows(features, rows),
    labels: rows.map((i) => labels[i]),
    classes,
  })
  return stratifiedFolds(labels, folds, Prng.fromSeed(0)).map(({ fit, held }) => ({ fit: part(fit), held: part(held) }))
}

/** The share of all held-out samples that `score`, fitted on the rest of each fold, classifies correctly; disposes the scores. */
export async function heldOutByFolds(
  folds: readonly HeldFold[],
  score: (fold: HeldFold) => Promise<tf.Tensor2D>,
): Promise<number> {
  let right = 0
  let count = 0
  for (const fold of folds) {
    const scores = await score(fold)
    const predicted = largest({ data: await takeNumbers(scores), shape: scores.shape })
    fold.held.labels.forEach((label, i) => {
      if (predicted[i] === label) right++
    })
    count += fold.held.labels.length
  }
  return right / count
}
