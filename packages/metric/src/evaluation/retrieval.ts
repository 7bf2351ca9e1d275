import { InputError } from '@dml-crc/core/errors'
import * as tf from '@tensorflow/tfjs'
import { squaredDistances } from '../coding/distances.ts'
import { checkFeatures, checkLabels } from '../samples/checks.ts'
import { type Features, toTensor } from '../samples/matrix.ts'

export interface Retrieval {
  /** Share of samples with one of their class among their K nearest, for each K asked for. */
  readonly recall: ReadonlyMap<number, number>
  /** Mean average precision at R, where R is the number of other samples of the class. */
  readonly mapAtR: number
}

/** Rows whose distances are held at once. */
const BATCH = 256

/** A squared distance larger than any of features. */
const FAR = 1e30

/**
 * How well an embedding retrieves samples of the same class: the neighbours of each sample are those nearest to it among all others.
 * Samples without another of their class do not count. Source of MAP@R: Musgrave, Belongie, Lim, "A metric learning
 * reality check", ECCV 2020, sec. 3.2.
 *
 * @param embedding [N, r], compared by Euclidean distance
 * @throws {InputError} when no class has two samples.
 */
export async function retrieval(
  embedding: Features,
  labels: ArrayLike<number>,
  { recallAt = [1, 2, 4, 8] }: { recallAt?: readonly number[] } = {},
): Promise<Retrieval> {
  const matrix = await checkFeatures(embedding, 'embedding')
  const [count, width] = matrix.shape
  const truth = checkLabels(labels, count)
  const others = new Map<number, number>()
  for (const label of truth) others.set(label, (others.get(label) ?? -1) + 1)
  const queries = Array.from(truth.keys()).filter((i) => others.get(truth[i])! > 0)
  if (queries.length === 0) {
    const remedy = 'Add samples.'
    throw new InputError('labels', { expected: 'a class of two or more samples', received: 'none', remedy })
  }
  const depth = Math.min(count - 1, Math.max(...recallAt, ...others.values()))
  const found = recallAt.map(() => 0)
  let precisionSum = 0
  const all = toTensor(matrix)
  try {
    for (let begin = 0; begin < count; begin += BATCH) {
      const end = Math.min(begin + BATCH, count)
      const near = tf.tidy(() => {
        const distances = squaredDistances(tf.slice(all, [begin, 0], [end - begin, width]), all)
        // The sample itself goes behind all others. A one-hot tensor holds whole numbers, so it is scaled afterwards.
        const own = tf.oneHot(tf.range(begin, end, 1, 'int32'), count).toFloat()
        return tf.topk(tf.neg(tf.add(distances, tf.mul(own, FAR))), depth).indices
      })
      const indices = await near.data()
      near.dispose()
      for (let i = begin; i < end; i++) {
        const relevant = others.get(truth[i])!
        if (relevant === 0) continue
        let first = Number.POSITIVE_INFINITY
        let hits = 0
        let precision = 0
        for (let k = 0; k < depth; k++) {
          if (truth[indices[(i - begin) * depth + k]] !== truth[i]) continue
          first = Math.min(first, k + 1)
          hits++
          if (k < relevant) precision += hits / (k + 1)
        }
        precisionSum += precision / relevant
        recallAt.forEach((k, j) => {
          if (first <= k) found[j]++
        })
      }
    }
  } finally {
    all.dispose()
  }
  return {
    recall: new Map(recallAt.map((k, j) => [k, found[j] / queries.length])),
    mapAtR: precisionSum / queries.length,
  }
}
