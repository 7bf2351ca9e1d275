import type * as tf from '@tensorflow/tfjs'
import { classCounts } from '../samples/checks.ts'
import { largest, type Matrix, takeNumbers } from '../samples/matrix.ts'

/** The share of samples whose largest score is that of their class, without those alone in their class. */
export async function heldOutAccuracy(scores: tf.Tensor2D, labels: Int32Array): Promise<number> {
  const matrix: Matrix = { data: await takeNumbers(scores), shape: scores.shape }
  const counts = classCounts(labels)
  const predicted = largest(matrix)
  let right = 0
  let judged = 0
  labels.forEach((label, i) => {
    if (counts[label] < 2) return
    judged++
    if (predicted[i] === label) right++
  })
  return judged === 0 ? 0 : right / judged
}
