import * as tf from '@tensorflow/tfjs'
import * as z from 'zod'
import { arrangeMatrix, classLayout, gramBlocks, toClasses } from '../../coding/class-layout.ts'
import { classResiduals, type Dictionary } from '../../coding/residuals.ts'
import { codesOf, type LinearCode, ridgeCode, ridgeInverse } from '../../coding/ridge-code.ts'
import { classCounts } from '../../samples/checks.ts'
import { toTensor } from '../../samples/matrix.ts'
import { count, labels, matrix, ridgeWeight } from '../arrays.ts'
import { unitRows } from '../normalisation.ts'
import type { DecisionSizes, OpenDecision } from './decision.ts'

/**
 * Every patch of a query is coded over the same patch of all samples and votes for a class. Scores are the votes, and below
 * one vote the mean over the patches of (least residual)/(residual of the class), which decides among equal votes.
 */
export const PatchDecision = z.strictObject({
  kind: z.literal('patches'),
  /** [N, P·p] the P patches of each sample side by side. */
  dictionary: matrix,
  /** [N] */
  labels,
  /** P */
  patches: count,
  lambda: ridgeWeight,
  rule: z.enum(['plain', 'ratio']),
})
export type PatchDecision = Readonly<z.infer<typeof PatchDecision>>

export const patchSizes = ({ dictionary, labels, patches }: PatchDecision): DecisionSizes => ({
  width: dictionary.shape[1],
  classes: classCounts(labels).length,
  agree: [
    ['labels', dictionary.shape[0], labels.length],
    ['patches', 0, dictionary.shape[1] % patches],
  ],
})

/** Keeps a residual of zero from dividing by zero. */
const TINY = 1e-12

export function openPatches({ dictionary, labels, patches, lambda, rule }: PatchDecision): OpenDecision {
  const layout = classLayout(labels)
  const width = dictionary.shape[1] / patches
  const all = toTensor(arrangeMatrix(dictionary, layout))
  const patchOf = (rows: tf.Tensor2D, p: number) =>
    unitRows(tf.slice(rows, [0, p * width], [rows.shape[0], width]) as tf.Tensor2D)
  const parts = Array.from({ length: patches }, (_, p): { dictionary: Dictionary; code: LinearCode } => {
    const d = patchOf(all, p)
    return { dictionary: { d, layout, blocks: gramBlocks(d, layout) }, code: ridgeCode(d, ridgeInverse(d, lambda)) }
  })
  const tensors = parts.flatMap(({ dictionary: { d, blocks = [] }, code: { rows, square } }) => [
    ...new Set([d, ...blocks, rows, ...(square ? [square] : [])]),
  ])
  return {
    tensors,
    perQuery: Math.max(layout.rows, dictionary.shape[1]),
    scores(queries) {
      const votes = parts.map(({ dictionary, code }, p) => {
        const targets = patchOf(queries, p)
        const residuals = toClasses(classResiduals(codesOf(code, targets), dictionary, { targets, rule }), layout)
        const won = tf.oneHot(tf.argMin(residuals, 1) as tf.Tensor1D, layout.classes).toFloat()
        const closeness = tf.div(tf.add(tf.min(residuals, 1, true), TINY), tf.add(residuals, TINY))
        // Half of the mean at most: never as much as a vote.
        return tf.add(won, tf.div(closeness, 2 * patches)) as tf.Tensor2D
      })
      return tf.addN(votes)
    },
  }
}
