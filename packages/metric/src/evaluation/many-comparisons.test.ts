import { Prng } from '@dml-crc/core'
import { describe, expect, it } from 'vitest'
import { binomialInterval } from './binomial-interval.ts'
import { holm } from './holm.ts'
import { pairedBootstrap } from './paired-bootstrap.ts'
import { mcnemar } from './significance.ts'

describe('binomialInterval', () => {
  it.each([
    [0.9, 1020],
    [0.5, 10],
    [0, 7],
    [1, 300],
  ])('ends where %s lies 1.96 deviations from what it would be, of %s', (share, count) => {
    const { low, high } = binomialInterval(share, count)
    for (const p of [low, high]) {
      if (p === 0 || p === 1) continue
      expect(Math.abs(share - p) / Math.sqrt((p * (1 - p)) / count)).toBeCloseTo(1.959964, 5)
    }
    expect(low).toBeLessThanOrEqual(share)
    expect(high).toBeGreaterThanOrEqual(share)
  })

  it('refuses what is no share', () => {
    expect(() => binomialInterval(1.2, 5)).toThrow(/a share from 0 to 1/)
    expect(() => binomialInterval(0.5, 0)).toThrow(/at least one sample/)
  })
})

describe('holm', () => {
  it('rejects exactly what the step-down procedure rejects, at any level', () => {
    const prng = Prng.fromSeed(3)
    for (let trial = 0; trial < 50; trial++) {
      const values = Array.from({ length: 1 + prng.int(6) }, () => prng.uniform() ** 3)
      const corrected = holm(values)
      const level = prng.uniform(0.01, 0.2)
      // The procedure: from the smallest on, reject while p ≤ level / (number not yet rejected).
      const order = [...values.keys()].sort((a, b) => values[a] - values[b])
      const rejected = new Set<number>()
      for (const [rank, i] of order.entries()) {
        if (values[i] > level / (values.length - rank)) break
        rejected.add(i)
      }
      expect(corrected.map((value) => value <= level)).toEqual(values.map((_, i) => rejected.has(i)))
    }
  })
})

describe('pairedBootstrap', () => {
  it('agrees with McNemar on single runs of two methods', () => {
    const prng = Prng.fromSeed(8)
    const labels = new Int32Array(400)
    const first = labels.map(() => (prng.chance(0.25) ? 1 : 0))
    const second = first.map((label) => (prng.chance(0.1) ? 1 - label : label))
    const differences = first.map((_, i) => (first[i] === 0 ? 1 : 0) - (second[i] === 0 ? 1 : 0))
    const { pValue, mean, low, high } = pairedBootstrap([differences], { prng: Prng.fromSeed(1) })
    const exact = mcnemar(first, second, labels)
    expect(mean).toBeCloseTo((exact.onlyFirst - exact.onlySecond) / 400, 10)
    expect(low).toBeLessThanOrEqual(mean)
    expect(high).toBeGreaterThanOrEqual(mean)
    expect(Math.abs(Math.log(pValue / exact.pValue))).toBeLessThan(Math.log(3))
  })

  it('finds no difference between equals, and one where all samples say so', () => {
    expect(pairedBootstrap([new Float64Array(20)], { prng: Prng.fromSeed(1) }).pValue).toBe(1)
    const clear = pairedBootstrap([new Float64Array(20).fill(-0.5)], { prng: Prng.fromSeed(1) })
    expect(clear).toMatchObject({ mean: -0.5, low: -0.5, high: -0.5 })
    expect(clear.pValue).toBeLessThan(3e-4)
  })

  it('of several sets: each counts alike, and their errors add as those of independent means', () => {
    const prng = Prng.fromSeed(5)
    const sets = [400, 100].map((n) => Float64Array.from({ length: n }, () => prng.int(3) - 1))
    const { mean, low, high } = pairedBootstrap(sets, { prng: Prng.fromSeed(1) })
    const moments = sets.map((set) => {
      const mean = set.reduce((sum, value) => sum + value, 0) / set.length
      return { mean, variance: set.reduce((sum, value) => sum + (value - mean) ** 2, 0) / set.length ** 2 }
    })
    expect(mean).toBeCloseTo((moments[0].mean + moments[1].mean) / 2, 10)
    const deviation = Math.sqrt(moments[0].variance + moments[1].variance) / 2
    expect((high - low) / (2 * 1.96 * deviation)).toBeCloseTo(1, 1)
  })
})
