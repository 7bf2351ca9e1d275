import type { Prng } from '@dml-crc/core'
import { type Matrix, principalDirections } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { UMAP } from 'umap-js'
import type { EmbeddingMap } from '../results/details.ts'

/** More take minutes, and a map of more dots shows less. */
const MOST_IMAGES = 2000

/** UMAP looks for neighbours in so many principal directions: further ones hold little, and its time grows with them. */
const DIRECTIONS = 50

/** Of UMAP: how many neighbours of an image are to stay its neighbours in the plane. */
const NEIGHBOURS = 15

interface Classified {
  /** [N] */
  truth: Int32Array
  /** [N] */
  predicted: Int32Array
  title: string
}

/**
 * Embedded images [N, r] in a plane in which near ones stay near, by UMAP (McInnes, Healy, Melville, arXiv 1802.03426). Of more
 * than {@link MOST_IMAGES}, some that are spread over the split.
 */
export async function embeddingMap(
  embedded: Matrix,
  { truth, predicted, title }: Classified,
  prng: Prng,
): Promise<EmbeddingMap> {
  const step = Math.ceil(truth.length / MOST_IMAGES)
  const rows = await principalRows(embedded, step)
  const shown = rows.map((_, k) => k * step)
  const places = inPlane(rows, prng)
  return {
    title,
    points: shown.map((i, k) => ({
      x: rounded(places[k][0]),
      y: rounded(places[k][1]),
      label: truth[i],
      right: predicted[i] === truth[i],
    })),
  }
}

/** In two dimensions or for fewer rows than have neighbours there is nothing to find. */
function inPlane(rows: readonly number[][], prng: Prng): readonly (readonly number[])[] {
  if (rows.length <= 4 || rows[0].length < 3) return rows.map(([x, y = 0]) => [x, y])
  const nNeighbors = Math.min(NEIGHBOURS, rows.length - 1)
  return new UMAP({ nNeighbors, minDist: 0.5, random: () => prng.uniform() }).fit(rows.map((row) => [...row]))
}

/** Each `step`-th row of [N, r], in the directions of most variance of these. */
async function principalRows({ data, shape: [count, width] }: Matrix, step: number): Promise<number[][]> {
  const centred = tf.tidy(() => {
    const all = tf.tensor2d(data, [count, width])
    const kept = Int32Array.from({ length: Math.ceil(count / step) }, (_, k) => k * step)
    const x = step === 1 ? all : tf.gather(all, tf.tensor1d(kept, 'int32'))
    return tf.sub(x, tf.mean(x, 0)) as tf.Tensor2D
  })
  const { rows: axes } = await principalDirections(centred, Math.min(DIRECTIONS, width))
  const projected = tf.tidy(() => tf.matMul(centred, axes, false, true))
  const rows = await projected.array()
  tf.dispose([centred, axes, projected])
  return rows as number[][]
}

const rounded = (value: number) => Number(value.toPrecision(4))
