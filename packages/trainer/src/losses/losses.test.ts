import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { arcFaceLoss } from './arc-face.ts'
import { proxyNcaLoss } from './proxy-nca.ts'
import { tripletLoss } from './triplet.ts'

beforeAll(() => loadEngine({ prefer: 'cpu' }))
let before = 0
beforeAll(() => {
  before = tf.memory().numTensors
})
afterEach(() => expect(tf.memory().numTensors).toBe(before))

const prng = Prng.fromSeed(2)
const rowsOf = (count: number) => Array.from({ length: count }, () => Array.from(prng.normals(5)))
const embeddings = rowsOf(9)
const centres = rowsOf(4)
const labels = Int32Array.of(0, 1, 1, 2, 0, 2, 2, 0, 3)

const dot = (a: number[], b: number[]) => a.reduce((sum, value, k) => sum + value * b[k], 0)
const cosine = (a: number[], b: number[]) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
const mean = (values: number[]) => values.reduce((a, b) => a + b, 0) / values.length

/** The value of a loss, and the largest difference of its gradient by the embeddings from central differences. */
function check(loss: (x: tf.Tensor2D) => tf.Scalar): { value: number; error: number } {
  return tf.tidy(() => {
    const x = tf.tensor2d(embeddings)
    const value = loss(x).dataSync()[0]
    const gradient = tf
      .grad((y) => loss(y as tf.Tensor2D))(x)
      .dataSync()
    const step = 1e-2
    const differences = embeddings.flatMap((row, i) =>
      row.map((_, k) => {
        const at = (by: number) =>
          loss(tf.tensor2d(embeddings.map((r, j) => r.map((v, m) => (i === j && k === m ? v + by : v))))).dataSync()[0]
        return (at(step) - at(-step)) / (2 * step)
      }),
    )
    return { value, error: Math.max(...differences.map((d, i) => Math.abs(d - gradient[i]))) }
  })
}

describe('losses by their definitions, and gradients by central differences', () => {
  it('triplet, hardest pairs', () => {
    const distance = (i: number, j: number) => Math.sqrt(2 - 2 * cosine(embeddings[i], embeddings[j]))
    const terms = [...labels.keys()].flatMap((i) => {
      const own = [...labels.keys()].filter((j) => j !== i && labels[j] === labels[i])
      const others = [...labels.keys()].filter((j) => labels[j] !== labels[i])
      if (own.length === 0) return []
      const farthest = Math.max(...own.map((j) => distance(i, j)))
      const nearest = Math.min(...others.map((j) => distance(i, j)))
      return [Math.max(0, farthest - nearest + 0.4)]
    })
    // The one sample of class 3 has no other of its class.
    expect(terms).toHaveLength(8)
    const { value, error } = check((x) => tripletLoss(x, labels, { margin: 0.4 }))
    expect(value).toBeCloseTo(mean(terms), 4)
    expect(error).toBeLessThan(5e-3)
  })

  it('triplet of a batch of one class is 0', () => {
    tf.tidy(() => {
      const loss = tripletLoss(tf.tensor2d(embeddings.slice(0, 3)), Int32Array.of(1, 1, 1))
      expect(loss.dataSync()[0]).toBe(0)
    })
  })

  it.each([0.3, 2.5])('ArcFace, margin %s', (margin) => {
    const scale = 4
    const expected = mean(
      embeddings.map((row, i) => {
        const logits = centres.map((centre, c) => {
          const angle = Math.acos(cosine(row, centre))
          if (c !== labels[i]) return scale * Math.cos(angle)
          return (
            scale * (angle + margin < Math.PI ? Math.cos(angle + margin) : Math.cos(angle) - margin * Math.sin(margin))
          )
        })
        return Math.log(logits.reduce((sum, value) => sum + Math.exp(value), 0)) - logits[labels[i]]
      }),
    )
    const loss = (x: tf.Tensor2D) => arcFaceLoss(x, tf.tensor2d(centres), labels, { scale, margin })
    const { value, error } = check(loss)
    expect(value).toBeCloseTo(expected, 4)
    expect(error).toBeLessThan(5e-3)
  })

  it('Proxy-NCA', () => {
    const expected = mean(
      embeddings.map((row, i) => {
        const distances = centres.map((centre) => 4 * (2 - 2 * cosine(row, centre)))
        const others = distances.filter((_, c) => c !== labels[i])
        return distances[labels[i]] + Math.log(others.reduce((sum, d) => sum + Math.exp(-d), 0))
      }),
    )
    const { value, error } = check((x) => proxyNcaLoss(x, tf.tensor2d(centres), labels, { length: 2 }))
    expect(value).toBeCloseTo(expected, 4)
    expect(error).toBeLessThan(5e-3)
  })
})
