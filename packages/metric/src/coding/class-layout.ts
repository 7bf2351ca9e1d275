import * as tf from '@tensorflow/tfjs'
import { classCounts } from '../samples/checks.ts'
import type { Matrix } from '../samples/matrix.ts'

/** A run of classes whose rows lie one class after another, each padded to `size` rows. */
export interface Bucket {
  /** First row. */
  readonly start: number
  /** First class, counted in the order of the layout. */
  readonly firstClass: number
  readonly classes: number
  readonly size: number
}

/**
 * An order of the dictionary's rows in which each class is one block, so that work per class is one batched product.
 * Short classes are filled with rows of zeros: a zero row gets a code of zero and changes no other code, so nothing
 * has to be masked. Classes of very different size go to different buckets, so that filling at most doubles the rows.
 */
export interface ClassLayout {
  readonly classes: number
  /** N, the rows of the dictionary. */
  readonly samples: number
  /** N', the rows of the layout: N and the zeros. */
  readonly rows: number
  /** [N'] the dictionary's row at each row of the layout, −1 for zeros. */
  readonly order: Int32Array
  /** [N] the layout's row of each row of the dictionary. */
  readonly position: Int32Array
  /** [C] the place of each class in the layout's order of classes. */
  readonly classPosition: Int32Array
  readonly buckets: readonly Bucket[]
  /** Whether the dictionary already lies in this order. */
  readonly isIdentity: boolean
}

/** The layout for labels 0 … C−1 that all occur. */
export function classLayout(labels: Int32Array, classes?: number): ClassLayout {
  const counts = classCounts(labels, classes)
  const byClass: number[][] = Array.from(counts, () => [])
  labels.forEach((label, i) => {
    byClass[label].push(i)
  })

  const bySize = Array.from(counts.keys()).sort((a, b) => counts[a] - counts[b] || a - b)
  const runs: number[][] = []
  for (const c of bySize) {
    const run = runs.at(-1)
    if (run && counts[c] <= 2 * counts[run[0]]) run.push(c)
    else runs.push([c])
  }
  for (const run of runs) run.sort((a, b) => a - b)

  const buckets: Bucket[] = []
  const order: number[] = []
  let firstClass = 0
  for (const run of runs) {
    const size = Math.max(...run.map((c) => counts[c]))
    buckets.push({ start: order.length, firstClass, classes: run.length, size })
    firstClass += run.length
    for (const c of run) {
      for (const row of byClass[c]) order.push(row)
      for (let i = byClass[c].length; i < size; i++) order.push(-1)
    }
  }
  const classPosition = new Int32Array(counts.length)
  runs.flat().forEach((c, place) => {
    classPosition[c] = place
  })
  const position = new Int32Array(labels.length)
  order.forEach((row, place) => {
    if (row >= 0) position[row] = place
  })
  return {
    classes: counts.length,
    samples: labels.length,
    rows: order.length,
    order: Int32Array.from(order),
    position,
    classPosition,
    buckets,
    isIdentity: order.length === labels.length && order.every((row, place) => row === place),
  }
}

/** The rows of `matrix` in the order of the layout, zeros where it fills. */
export function arrangeMatrix(matrix: Matrix, layout: ClassLayout): Matrix {
  if (layout.isIdentity) return matrix
  const {
    data,
    shape: [, width],
  } = matrix
  const out = new Float32Array(layout.rows * width)
  layout.order.forEach((row, place) => {
    if (row >= 0) out.set(data.subarray(row * width, (row + 1) * width), place * width)
  })
  return { data: out, shape: [layout.rows, width] }
}

/** Rows and columns of `matrix` [N, N] in the order of the layout [N', N'], zeros where it fills. */
export function arrangeSquare(matrix: Matrix, layout: ClassLayout): Matrix {
  if (layout.isIdentity) return matrix
  const { data, shape } = matrix
  const { order, rows } = layout
  const out = new Float32Array(rows * rows)
  for (let i = 0; i < rows; i++) {
    if (order[i] < 0) continue
    const [from, to] = [order[i] * shape[1], i * rows]
    for (let j = 0; j < rows; j++) if (order[j] >= 0) out[to + j] = data[from + order[j]]
  }
  return { data: out, shape: [rows, rows] }
}

/** The rows of x [N, d] in the order of the layout [N', d]; differentiable, without a scatter. */
export function arrange(x: tf.Tensor2D, layout: ClassLayout): tf.Tensor2D {
  if (layout.isIdentity) return x
  return tf.customGrad((input) => {
    const rows = input as tf.Tensor2D
    const value = tf.tidy(() => {
      const { samples } = layout
      const order = layout.order.map((row) => (row < 0 ? samples : row))
      const source = layout.rows === samples ? rows : tf.concat([rows, tf.zeros([1, rows.shape[1]])])
      return tf.gather(source, tf.tensor1d(order, 'int32'))
    })
    const gradFunc = (dy: tf.Tensor) => tf.tidy(() => tf.gather(dy, tf.tensor1d(layout.position, 'int32')))
    return { value, gradFunc }
  })(x) as tf.Tensor2D
}

/** The part of x [N', B] that belongs to a bucket, as [classes, size, B]. */
export function bucketOf(x: tf.Tensor2D, { start, classes, size }: Bucket): tf.Tensor3D {
  const columns = x.shape[1]
  const whole = start === 0 && classes * size === x.shape[0]
  const part = whole ? x : tf.slice(x, [start, 0], [classes * size, columns])
  return tf.reshape(part, [classes, size, columns])
}

/** Puts what was computed for each bucket, [classes·size, B] or [classes, B], below each other. */
export function joinBuckets(parts: tf.Tensor2D[]): tf.Tensor2D {
  return parts.length === 1 ? parts[0] : tf.concat(parts, 0)
}

/** x [N', B] summed over the rows of each class: [C, B], in the layout's order of classes. */
export function sumByClass(x: tf.Tensor2D, layout: ClassLayout): tf.Tensor2D {
  return joinBuckets(layout.buckets.map((bucket) => tf.sum(bucketOf(x, bucket), 1) as tf.Tensor2D))
}

/** [C, N'] 1 where a row of the layout is of a class, in its order of classes. */
export function membership({ classes, rows, buckets }: ClassLayout): tf.Tensor2D {
  const own = new Float32Array(classes * rows)
  for (const { start, firstClass, classes: count, size } of buckets) {
    for (let c = 0; c < count; c++) {
      const place = (firstClass + c) * rows + start + c * size
      own.fill(1, place, place + size)
    }
  }
  return tf.tensor2d(own, [classes, rows])
}

/** x [C, B] times the rows of each class of y [N', B]. */
export function scaleByClass(x: tf.Tensor2D, y: tf.Tensor2D, layout: ClassLayout): tf.Tensor2D {
  const columns = y.shape[1]
  return joinBuckets(
    layout.buckets.map((bucket) => {
      const { firstClass, classes, size } = bucket
      const factor = tf.reshape(layout.buckets.length === 1 ? x : tf.slice(x, [firstClass, 0], [classes, columns]), [
        classes,
        1,
        columns,
      ])
      return tf.reshape(tf.mul(bucketOf(y, bucket), factor), [classes * size, columns]) as tf.Tensor2D
    }),
  )
}

/**
 * The Gram blocks G_cc = D_c D_cᵀ of D [N', r], one tensor [classes, size, size] for each bucket; with `gamma` those of the
 * Gaussian kernel, whose entries at rows of zeros mean nothing.
 */
export function gramBlocks(d: tf.Tensor2D, layout: ClassLayout, gamma?: number): tf.Tensor3D[] {
  return layout.buckets.map((bucket) => {
    const rows = bucketOf(d, bucket)
    const block = tf.matMul(rows, rows, false, true) as tf.Tensor3D
    return gamma === undefined ? block : tf.tidy(() => tf.exp(tf.mul(tf.sub(block, 1), gamma)) as tf.Tensor3D)
  })
}

/** blkdiag(blocks) x for x [N', B]. */
export function timesBlocks(blocks: readonly tf.Tensor3D[], x: tf.Tensor2D, layout: ClassLayout): tf.Tensor2D {
  return joinBuckets(
    layout.buckets.map((bucket, i) => {
      const product = tf.matMul(blocks[i], bucketOf(x, bucket))
      return tf.reshape(product, [bucket.classes * bucket.size, x.shape[1]]) as tf.Tensor2D
    }),
  )
}

/** x [C, B] in the layout's order of classes as [B, C] in theirs. */
export function toClasses(x: tf.Tensor2D, layout: ClassLayout): tf.Tensor2D {
  const ordered = layout.buckets.length === 1 ? x : tf.gather(x, tf.tensor1d(layout.classPosition, 'int32'))
  return tf.transpose(ordered)
}

/** blkdiag over classes of (x_c y_cᵀ) times d, for x, y [N', B] and d [N', r]. */
export function timesOuterBlocks(x: tf.Tensor2D, y: tf.Tensor2D, d: tf.Tensor2D, layout: ClassLayout): tf.Tensor2D {
  return joinBuckets(
    layout.buckets.map((bucket) => {
      const block = tf.matMul(bucketOf(x, bucket), bucketOf(y, bucket), false, true)
      return tf.reshape(tf.matMul(block, bucketOf(d, bucket)), [
        bucket.classes * bucket.size,
        d.shape[1],
      ]) as tf.Tensor2D
    }),
  )
}
