import { describe, expect, it } from 'vitest'
import type { Row } from './schema.ts'
import { meanAndSpread, percent, summarise } from './summary.ts'

const row = (method: string, seed: number, top1: number) =>
  ({
    dataset: 'd',
    split: {},
    backbone: 'b',
    weights: 'w',
    layer: 'l',
    regime: 'frozen',
    method,
    seed,
    top1,
    top5: 1,
    meanPerClass: top1,
    seconds: { features: 0, fit: 1, classify: 1 },
    options: {},
  }) as unknown as Row

describe('summaries', () => {
  it('gather the seeds of a method, in the order of the rows', () => {
    const summaries = summarise([row('a', 0, 0.5), row('b', 0, 0.9), row('a', 1, 0.7)])
    expect(summaries.map(({ first, seeds }) => [first.method, seeds])).toEqual([
      ['a', [0, 1]],
      ['b', [0]],
    ])
    expect(summaries[0].top1.mean).toBeCloseTo(0.6, 12)
    expect(summaries[0].top1.spread).toBeCloseTo(Math.SQRT1_2 * 0.2, 12)
  })

  it('have no spread for one seed', () => {
    expect(meanAndSpread([0.5])).toEqual({ mean: 0.5 })
    expect(percent({ mean: 0.5 })).toBe('50.0')
    expect(percent({ mean: 0.5, spread: 0.0123 })).toBe('50.0 ± 1.2')
  })
})
