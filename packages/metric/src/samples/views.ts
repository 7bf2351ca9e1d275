import { InputError } from '@dml-crc/core/errors'
import type { Prng } from '@dml-crc/core/prng'
import type { ClassLayout } from '../coding/class-layout.ts'
import { type Matrix, takeRows } from './matrix.ts'
import { randomSigns } from './random-signs.ts'

/** Images with their views, which are rows of the features. */
export interface Images {
  /** For each image, the rows that are its views. */
  readonly views: readonly (readonly number[])[]
  readonly labels: Int32Array
}

/**
 * The images that the groups name; without groups each row is an image.
 * @throws {InputError} when there is not a group for each row, or a group has two labels.
 */
export function imagesOf(groups: ArrayLike<number> | undefined, labels: Int32Array): Images {
  if (!groups) return { views: Array.from(labels.keys(), (i) => [i]), labels }
  if (groups.length !== labels.length) {
    const remedy = 'Give each row the number of its image.'
    throw new InputError('groups', { expected: `${labels.length} numbers`, received: `${groups.length}`, remedy })
  }
  const byGroup = new Map<number, number[]>()
  labels.forEach((label, i) => {
    const views = byGroup.get(groups[i])
    if (!views) byGroup.set(groups[i], [i])
    else if (labels[views[0]] === label) views.push(i)
    else {
      const received = `labels ${labels[views[0]]} and ${label} in group ${groups[i]}`
      const remedy = 'A group is the views of one image.'
      throw new InputError('groups', { expected: 'one label in each group', received, remedy })
    }
  })
  const views = [...byGroup.values()]
  return { views, labels: Int32Array.from(views, ([first]) => labels[first]) }
}

const length = (row: Float32Array) => Math.sqrt(row.reduce((sum, value) => sum + value * value, 0))

/** The mean of each image's views, scaled to the mean of their lengths. */
export function meanViews(features: Matrix, { views }: Images): Matrix {
  const width = features.shape[1]
  if (views.every((rows) => rows.length === 1)) {
    const rows = views.map(([row]) => row)
    return rows.every((row, i) => row === i) ? features : takeRows(features, rows)
  }
  const data = new Float32Array(views.length * width)
  views.forEach((rows, image) => {
    const mean = data.subarray(image * width, (image + 1) * width)
    let lengths = 0
    for (const row of rows) {
      const view = features.data.subarray(row * width, (row + 1) * width)
      lengths += length(view)
      for (let j = 0; j < width; j++) mean[j] += view[j]
    }
    const scale = lengths / rows.length / Math.max(length(mean), 1e-12)
    for (let j = 0; j < width; j++) mean[j] *= scale
  })
  return { data, shape: [views.length, width] }
}

/**
 * One random view of each image with fresh noise, in the layout's order [N', d]. The noise adds ±`noise`·‖x‖/√d to every
 * number of x, so that its length is `noise` times that of x; what the metric makes of so many signs is all but normal.
 */
export function drawSamples(
  features: Matrix,
  { views }: Images,
  layout: ClassLayout,
  noise: number,
  prng: Prng,
): Matrix {
  const width = features.shape[1]
  const data = new Float32Array(layout.rows * width)
  layout.order.forEach((image, place) => {
    if (image < 0) return
    const row = views[image].length > 1 ? prng.pick(views[image]) : views[image][0]
    const view = features.data.subarray(row * width, (row + 1) * width)
    const sample = data.subarray(place * width, (place + 1) * width)
    sample.set(view)
    if (noise > 0) {
      const size = (noise * length(view)) / Math.sqrt(width)
      randomSigns(width, prng).forEach((sign, j) => {
        sample[j] += size * sign
      })
    }
  })
  return { data, shape: [layout.rows, width] }
}
