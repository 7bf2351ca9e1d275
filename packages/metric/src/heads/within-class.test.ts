import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { beforeAll, expect, it } from 'vitest'
import { classScatter } from './within-class.ts'

beforeAll(() => loadEngine({ prefer: 'wasm' }))

it('the sums of more samples than a block holds are those of plain loops', async () => {
  const [count, dim, classes] = [9001, 3, 5]
  const prng = Prng.fromSeed(0)
  const data = Float32Array.from(prng.normals(count * dim))
  const labels = Int32Array.from({ length: count }, (_, i) => (i < classes ? i : prng.int(classes)))
  const row = (i: number) => Array.from(data.subarray(i * dim, (i + 1) * dim))
  const meanOf = (rows: number[][]) => rows[0].map((_, j) => rows.reduce((sum, each) => sum + each[j], 0) / rows.length)
  const all = Array.from(labels.keys(), row)
  const centre = meanOf(all)
  const means = Array.from({ length: classes }, (_, c) => meanOf(all.filter((_, i) => labels[i] === c)))
  const scatter = centre.map((_, j) =>
    centre.map((_, k) =>
      all.reduce((sum, x, i) => sum + (x[j] - means[labels[i]][j]) * (x[k] - means[labels[i]][k]), 0),
    ),
  )
  const found = classScatter({ features: { data, shape: [count, dim] }, labels, classes })
  const close = (actual: ArrayLike<number>, expected: number[], tolerance: number) =>
    expected.forEach((value, i) => {
      expect(Math.abs(actual[i] - value)).toBeLessThan(tolerance)
    })
  close(await found.centre.data(), centre, 1e-6)
  close(
    await found.means.data(),
    means.flatMap((mean) => mean.map((value, j) => value - centre[j])),
    1e-6,
  )
  close(await found.scatter.data(), scatter.flat(), 1e-5 * scatter[0][0])
  tf.dispose(found)
})
