import { InputError, type Prng } from '@dml-crc/core'
import { checkWhole } from '@dml-crc/core/numbers'
import { groupBy } from '../group.ts'

/** The order of one epoch: indices into the records, given their labels and the epoch's generator. */
export type Sampler = (labels: Int32Array, prng: Prng) => Int32Array

/** Every record once, in the order given. */
export const sequential: Sampler = (labels) => Int32Array.from(labels, (_, i) => i)

/** Every record once, in an order of its own each epoch. */
export const shuffled: Sampler = (labels, prng) => Int32Array.from(prng.shuffle(labels.keys()))

/**
 * Runs of `perClass` records of one class, so that a batch of k · `perClass` holds k classes. Goes through the
 * classes, shuffled again each time, until about as many records have come as there are. A class that is smaller
 * than `perClass` repeats its records.
 * @throws {InputError} when `perClass` is no whole number from 1 up.
 */
export function classBalanced(perClass: number): Sampler {
  checkWhole('perClass', perClass, 1)
  return (labels, prng) => {
    const members = [...groupBy(labels.keys(), (i) => labels[i]).values()]
    const queues: number[][] = members.map(() => [])
    const order: number[] = []
    while (order.length + perClass <= Math.max(labels.length, perClass)) {
      for (const label of prng.shuffle(members.keys())) {
        if (order.length + perClass > Math.max(labels.length, perClass)) break
        while (queues[label].length < perClass) queues[label].push(...prng.shuffle(members[label]))
        order.push(...queues[label].splice(0, perClass))
      }
    }
    return Int32Array.from(order)
  }
}

/**
 * As many records as there are, drawn with replacement in proportion to their weights.
 * @throws {InputError} when a weight is negative or not finite, all are zero, or their number is not the records'.
 */
export function weighted(weights: ArrayLike<number>): Sampler {
  const sums = new Float64Array(weights.length)
  let sum = 0
  for (let i = 0; i < weights.length; i++) {
    if (!(weights[i] >= 0)) sum = Number.NaN
    sum += weights[i]
    sums[i] = sum
  }
  if (!(sum > 0 && Number.isFinite(sum))) {
    const expected = 'numbers from 0 up, at least one above it'
    throw new InputError('weights', { expected, received: `a sum of ${sum}`, remedy: 'Mend the weights.' })
  }
  return (labels, prng) => {
    if (labels.length !== sums.length) {
      const received = `${sums.length} for ${labels.length} records`
      throw new InputError('weights', { expected: 'one for each record', received, remedy: 'Pass as many.' })
    }
    return labels.map(() => firstAbove(sums, prng.uniform(0, sum)))
  }
}

/** The first index whose running sum is above `value`, by bisection. */
function firstAbove(sums: Float64Array, value: number): number {
  let [low, high] = [0, sums.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sums[middle] > value) high = middle
    else low = middle + 1
  }
  return low
}
