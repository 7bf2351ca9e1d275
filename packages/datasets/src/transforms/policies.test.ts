import { InputError, Prng } from '@dml-crc/core'
import { describe, expect, it } from 'vitest'
import { drawShare, drawWindow } from '../loading/mix.ts'
import golden from '../testdata/torchvision_augment.json' with { type: 'json' }
import { centerCrop } from './crops.ts'
import { type Operation, operations } from './operations.ts'
import { type Drawn, drawRandAugment, drawTrivialAugment, randAugment, trivialAugment } from './policies.ts'

const bytes = (text: string) => Uint8Array.from(Buffer.from(text, 'base64'))
const prng = Prng.fromSeed(7)

/** Pearson's χ² of two samples of counts over the same cells. */
function chiSquare(a: number[], b: number[]): number {
  const [n, m] = [a, b].map((counts) => counts.reduce((sum, count) => sum + count, 0))
  const term = (i: number) => (a[i] * Math.sqrt(m / n) - b[i] * Math.sqrt(n / m)) ** 2 / (a[i] + b[i])
  return a.reduce((sum, _, i) => sum + term(i), 0)
}

/** What χ² exceeds by chance once in 10,000 times (Wilson and Hilferty's approximation). */
const critical = (freedom: number) => freedom * (1 - 2 / (9 * freedom) + 3.719 * Math.sqrt(2 / (9 * freedom))) ** 3

describe('operations, beside torchvision', () => {
  it.each(golden.operations)('$name by $magnitude', ({ name, magnitude, result }) => {
    const pixels = bytes(golden.picture)
    operations[name as Operation](pixels, golden.side, magnitude)
    const apart = bytes(result).map((value, i) => Math.abs(value - pixels[i]))
    // Where a point lies just between two pixels, rounding in float32 may take the other one.
    if (/Shear|Rotate/.test(name)) expect(apart.filter((each) => each > 0).length).toBeLessThan(0.02 * pixels.length)
    else expect(Math.max(...apart)).toBeLessThanOrEqual(1)
  })
})

describe('policies draw as torchvision does', () => {
  const keyOf = ({ operation, magnitude }: Drawn) => `${operation} ${(magnitude + 0).toFixed(4)}`
  const countsOf = (drawn: readonly string[]) => {
    const counts: Record<string, number> = {}
    for (const key of drawn) counts[key] = (counts[key] ?? 0) + 1
    return counts
  }
  const byOperation = (counts: Record<string, number>) => {
    const sums = new Map(Object.keys(operations).map((name) => [name, 0]))
    for (const [key, count] of Object.entries(counts)) {
      const name = key.split(' ')[0]
      sums.set(name, sums.get(name)! + count)
    }
    return [...sums.values()]
  }

  it('TrivialAugment: the operations, and each of their magnitudes', () => {
    const theirs: Record<string, number> = golden.trivialAugment
    const ours = countsOf(Array.from({ length: 20000 }, () => keyOf(drawTrivialAugment(224, prng, 31))))
    expect(new Set(Object.keys(ours))).toEqual(new Set(Object.keys(theirs)))
    expect(chiSquare(byOperation(ours), byOperation(theirs))).toBeLessThan(critical(13))
    const keys = Object.keys(theirs)
    const cells = (counts: Record<string, number>) => keys.map((key) => counts[key])
    expect(chiSquare(cells(ours), cells(theirs))).toBeLessThan(critical(keys.length - 1))
  })

  it('RandAugment: the operations, their one magnitude and its sign', () => {
    const options = { count: 2, magnitude: 9, bins: 31 }
    const ours = countsOf(
      Array.from({ length: 10000 }, () => drawRandAugment(224, prng, options))
        .flat()
        .map(keyOf),
    )
    const theirs: Record<string, number> = golden.randAugment
    const keys = Object.keys(theirs)
    expect(new Set(Object.keys(ours))).toEqual(new Set(keys))
    const cells = (counts: Record<string, number>) => keys.map((key) => counts[key])
    expect(chiSquare(cells(ours), cells(theirs))).toBeLessThan(critical(keys.length - 1))
  })

  function twentieths(values: readonly number[]): number[] {
    const counts = new Array<number>(20).fill(0)
    for (const value of values) counts[Math.min(19, Math.floor(20 * value))]++
    return counts
  }

  it.each(['0.2', '1.0'] as const)('mixup: λ of Beta(%s)', (alpha) => {
    const shares = Array.from({ length: 20000 }, () => drawShare(Number(alpha), prng))
    expect(chiSquare(twentieths(shares), golden.mixup[alpha])).toBeLessThan(critical(19))
  })

  it.each(['0.2', '1.0'] as const)('CutMix: what is left of the area, Beta(%s)', (alpha) => {
    const left = Array.from({ length: 20000 }, () => {
      const window = drawWindow(224, drawShare(Number(alpha), prng), prng)
      return 1 - ((window.right - window.left) * (window.bottom - window.top)) / 224 ** 2
    })
    expect(chiSquare(twentieths(left), golden.cutMix[alpha])).toBeLessThan(critical(19))
  })
})

it('a policy paints what it draws, the same for the same seed, and is part of the key of a cache', () => {
  const plain = centerCrop({ size: golden.side })
  for (const policy of [randAugment(plain), trivialAugment(plain)]) {
    expect(policy.id).not.toBe(plain.id)
    const painted = [1, 1, 2].map((seed) => {
      const pixels = bytes(golden.picture)
      const own = Prng.fromSeed(seed)
      for (let i = 0; i < 4; i++) policy.paint!(pixels, own)
      return pixels
    })
    expect(painted[0]).toEqual(painted[1])
    expect(painted[0]).not.toEqual(painted[2])
  }
  expect(() => randAugment(plain, { magnitude: 31 })).toThrow(InputError)
  expect(() => trivialAugment(plain, { bins: 1 })).toThrow(InputError)
})
