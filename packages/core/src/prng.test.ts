import { describe, expect, it } from 'vitest'
import { InputError } from './errors.ts'
import { Prng } from './prng.ts'
import reference from './testdata/reference.json' with { type: 'json' }

const mean = (values: ArrayLike<number>) => Array.from(values).reduce((sum, x) => sum + x, 0) / values.length

describe('Prng', () => {
  it('is xoshiro128**, value by value', () => {
    const { from, values, to } = reference.xoshiro128starstar
    const prng = Prng.fromState(from as [number, number, number, number])
    expect(values.map(() => prng.uint32())).toEqual(values)
    expect(prng.state()).toEqual(to)
  })

  it('goes on from a saved state, through JSON', () => {
    const prng = Prng.fromSeed(7)
    prng.normals(3)
    const copy = Prng.fromState(JSON.parse(JSON.stringify(prng.state())))
    expect(copy.normals(9)).toEqual(prng.normals(9))
  })

  it('gives other numbers for other seeds, negative and large ones too', () => {
    const first = [0, 1, -1, 2 ** 32, 2 ** 40 + 1].map((seed) => Prng.fromSeed(seed).uint32())
    expect(new Set(first).size).toBe(first.length)
  })

  it('splits by key without moving, each key for itself', () => {
    const prng = Prng.fromSeed(1)
    const before = prng.state()
    const a = prng.split('a').uint32()
    expect(prng.state()).toEqual(before)
    expect(prng.split('a').uint32()).toBe(a)
    expect(prng.split('b').uint32()).not.toBe(a)
    expect(prng.split(1).uint32()).not.toBe(prng.split(2).uint32())
  })

  it('has the moments of its distributions', () => {
    const prng = Prng.fromSeed(3)
    const normals = prng.normals(100_001)
    // Five standard errors of the mean and of the variance.
    expect(Math.abs(mean(normals))).toBeLessThan(5 / Math.sqrt(1e5))
    expect(Math.abs(mean(normals.map((x) => x * x)) - 1)).toBeLessThan(5 * Math.sqrt(2 / 1e5))
    const uniforms = Array.from({ length: 1e5 }, () => prng.uniform(-1, 3))
    expect(Math.abs(mean(uniforms) - 1)).toBeLessThan((5 * (4 / Math.sqrt(12))) / Math.sqrt(1e5))
    expect(Math.min(...uniforms.slice(0, 1000))).toBeGreaterThanOrEqual(-1)
  })

  it('draws integers without bias', () => {
    const prng = Prng.fromSeed(4)
    const counts = new Array(6).fill(0)
    for (let i = 0; i < 60_000; i++) counts[prng.int(6)]++
    const chiSquare = counts.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0)
    // The 0.9999 quantile of χ² with 5 degrees of freedom.
    expect(chiSquare).toBeLessThan(25.7)
  })

  it('shuffles a copy, with every item in it', () => {
    const items = Array.from({ length: 50 }, (_, i) => i)
    const shuffled = Prng.fromSeed(5).shuffle(items)
    expect(shuffled).not.toEqual(items)
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items)
  })

  it('refuses a seed that is no integer and a state that is none', () => {
    expect(() => Prng.fromSeed(0.5)).toThrow(InputError)
    expect(() => Prng.fromState([0, 0, 0, 0])).toThrow(/four 32-bit integers, not all zero/)
  })
})
