import { InputError, Prng } from '@dml-crc/core'
import { describe, expect, it } from 'vitest'
import { classBalanced, sequential, shuffled, weighted } from './samplers.ts'

const labels = Int32Array.from({ length: 60 }, (_, i) => (i < 40 ? 0 : i < 57 ? 1 : 2))
const prng = () => Prng.fromSeed(7)

describe('samplers', () => {
  it('sequential and shuffled hold every record once', () => {
    expect([...sequential(labels, prng())]).toEqual([...labels.keys()])
    expect([...shuffled(labels, prng())].sort((a, b) => a - b)).toEqual([...labels.keys()])
    expect(shuffled(labels, prng())).toEqual(shuffled(labels, prng()))
  })

  it('class-balanced: runs of one class, every class in turn, no record twice before all of its class', () => {
    const order = classBalanced(4)(labels, prng())
    expect(order).toHaveLength(60)
    const runs = Array.from({ length: 15 }, (_, i) => [...order.slice(4 * i, 4 * i + 4)])
    for (const run of runs) expect(new Set(run.map((i) => labels[i])).size).toBe(1)
    for (let i = 0; i + 3 <= 15; i += 3) {
      expect(new Set(runs.slice(i, i + 3).map(([first]) => labels[first])).size).toBe(3)
    }
    const ofZero = [...order].filter((i) => labels[i] === 0)
    expect(new Set(ofZero).size).toBe(ofZero.length)
    expect(classBalanced(8)(Int32Array.of(0, 1), prng())).toHaveLength(8)
  })

  it('weighted: as often as the weights say, never a weight of zero', () => {
    const weights = Array.from(labels, (label) => [1, 3, 0][label])
    const counts = [0, 0, 0]
    const random = prng()
    for (let i = 0; i < 200; i++)
      for (const index of weighted(weights)(labels, random.split(i))) counts[labels[index]]++
    expect(counts[2]).toBe(0)
    expect(counts[1] / counts[0]).toBeCloseTo((17 * 3) / 40, 1)
  })

  it('refuse numbers that make no sense', () => {
    expect(() => classBalanced(0)).toThrow(InputError)
    for (const weights of [[], [0, 0], [1, -1], [1, Number.NaN]]) expect(() => weighted(weights)).toThrow(InputError)
    expect(() => weighted([1])(labels, prng())).toThrow(/1 for 60 records/)
  })
})
