import { Prng } from '@dml-crc/core'
import { expect, it } from 'vitest'
import { store } from './precision.ts'

it('of uint8, keeps channels of very different scales each to half a step of its own', () => {
  const channels = 32
  const shape = [1, 1, 64, channels]
  const size = (channel: number) => 10 ** -(channel % 6)
  const data = Prng.fromSeed(3)
    .normals(64 * channels)
    .map((value, i) => value * size(i % channels))
  const { bytes, quantization, scales } = store({ name: 'kernel', shape, data }, 'uint8')
  const { scale, min } = quantization as { dtype: 'uint8'; scale: number; min: number }
  const largest = Array.from({ length: channels }, (_, c) =>
    Math.max(...data.filter((_, i) => i % channels === c).map(Math.abs)),
  )
  const errors = Array.from(bytes, (step, i) => {
    const c = i % channels
    return Math.abs((step * scale + min) * scales![c] - data[i]) / largest[c]
  })
  expect(Math.max(...errors)).toBeLessThan(0.5 / 127 + 1e-6)
})
