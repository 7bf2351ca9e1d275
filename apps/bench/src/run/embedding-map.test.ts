import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { beforeAll, expect, it } from 'vitest'
import { embeddingMap } from './embedding-map.ts'

const CLASSES = 4

beforeAll(() => loadEngine({ prefer: 'wasm' }))

it.each([
  [40, 300],
  [60, 12],
])('images of a class lie nearer to each other than to others: %i images, %i numbers', async (count, width) => {
  const prng = Prng.fromSeed(1)
  const labels = Int32Array.from({ length: count }, (_, i) => i % CLASSES)
  const data = prng.normals(count * width)
  for (let k = 0; k < data.length; k++) if ((k % width) % CLASSES === labels[Math.floor(k / width)]) data[k] += 4
  const about = { truth: labels, predicted: labels, title: 'map' }
  const { points } = await embeddingMap({ data: Float32Array.from(data), shape: [count, width] }, about, prng)

  const [near, far] = [
    [0, 0],
    [0, 0],
  ]
  points.forEach((a, i) => {
    for (const b of points.slice(i + 1)) {
      const sum = a.label === b.label ? near : far
      sum[0] += Math.hypot(a.x - b.x, a.y - b.y)
      sum[1]++
    }
  })
  expect(near[0] / near[1]).toBeLessThan((0.4 * far[0]) / far[1])
})
