import { classCounts } from './checks.ts'
import type { Matrix } from './matrix.ts'

/** The mean of the rows of each class, [C, d], of features [N, d]; zeros for a class without rows. */
export function classMeans({ data, shape: [, width] }: Matrix, labels: Int32Array, classes?: number): Matrix {
  const counts = classCounts(labels, classes)
  const sums = new Float64Array(counts.length * width)
  labels.forEach((label, i) => {
    for (let j = 0; j < width; j++) sums[label * width + j] += data[i * width + j]
  })
  return {
    data: Float32Array.from(sums, (sum, at) => sum / (counts[Math.floor(at / width)] || 1)),
    shape: [counts.length, width],
  }
}
