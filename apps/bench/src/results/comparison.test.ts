import { mcnemar } from '@dml-crc/metric'
import { describe, expect, it } from 'vitest'
import { type Candidate, compareToBaseline } from './comparison.ts'
import type { Row } from './schema.ts'
import { summarise } from './summary.ts'

const LABELS = Array.from({ length: 200 }, (_, i) => i % 4)

/** A method that is wrong about the given test images, one list for each seed. */
function candidate(method: string, wrong: number[][], { baseline = true, ids = 'a', backbone = 'b' } = {}): Candidate {
  const predictions = wrong.map((list) => LABELS.map((label, i) => (list.includes(i) ? (label + 1) % 4 : label)))
  const rows = wrong.map((list, seed) => ({
    ...({ dataset: 'd', split: {}, backbone, weights: 'w', layer: 'l', regime: 'frozen' } as object),
    ...{ method, baseline, seed, top1: 1 - list.length / 200, top5: 1, meanPerClass: 1, count: 200, options: {} },
    seconds: { features: 0, fit: 0, classify: 0 },
  })) as unknown as Row[]
  return { summary: summarise(rows)[0], predictions, test: { ids: LABELS.map((_, i) => `${ids}${i}`), labels: LABELS } }
}
const first = (count: number, from = 0) => Array.from({ length: count }, (_, i) => from + i)

describe('compareToBaseline', () => {
  const own = candidate('DML-CRC', [first(10)], { baseline: false })
  const lucky = candidate('CRC', [first(12), first(60)])
  const steady = candidate('LDA', [first(22)])
  const poor = candidate('NCM', [first(50)])
  const lines = compareToBaseline([poor, lucky, own, steady])
  const of = (method: string) => lines.find(({ candidate }) => candidate.summary.first.method === method)!

  it('takes as reference the baseline of the best mean, not of the best seed', () => {
    expect(lines.map(({ candidate }) => candidate.summary.first.method)).toEqual(['DML-CRC', 'LDA', 'CRC', 'NCM'])
    expect(lines.filter(({ isReference }) => isReference)).toEqual([of('LDA')])
    expect(of('LDA').p).toBeUndefined()
    expect(of('CRC').difference!.mean).toBeCloseTo((22 - 36) / 200, 10)
  })

  it('tests single runs by McNemar and means over seeds by bootstrap', () => {
    expect(of('DML-CRC')).toMatchObject({
      test: 'McNemar',
      p: mcnemar(own.predictions[0], steady.predictions[0], LABELS).pValue,
    })
    expect(of('CRC').test).toBe('bootstrap')
  })

  it('corrects by Holm for all comparisons on the same images', () => {
    const tested = lines.filter(({ p }) => p !== undefined).toSorted((a, b) => a.p! - b.p!)
    expect(tested).toHaveLength(3)
    expect(tested[0].corrected).toBeCloseTo(Math.min(1, 3 * tested[0].p!), 10)
    expect(tested[1].corrected).toBeCloseTo(Math.max(tested[0].corrected!, 2 * tested[1].p!), 10)
  })

  it('compares only what was measured on the same images and network, and nothing with itself', () => {
    const elsewhere = candidate('CRC', [first(3)], { ids: 'b' })
    const [line] = compareToBaseline([elsewhere, steady])
    expect(line).toMatchObject({ candidate: elsewhere, isReference: false })
    expect(line.difference).toBeUndefined()
    const other = candidate('CRC', [first(3)], { backbone: 'another network' })
    expect(compareToBaseline([other, steady, poor]).map(({ isReference }) => isReference)).toEqual([false, true, false])
  })

  it('compares with the best method where no baseline is there, and gives intervals without predictions', () => {
    const other = candidate('DML-CRC, plain', [first(30)], { baseline: false })
    const bare = { ...candidate('CRC', [first(40)]), predictions: [] }
    const [best, second, third] = compareToBaseline([bare, other, own])
    expect(best).toMatchObject({ candidate: own, isReference: true })
    expect(second.p).toBeDefined()
    expect(third).toMatchObject({ candidate: bare, isReference: false })
    expect(third.interval.low).toBeLessThan(0.8)
    expect(third.p).toBeUndefined()
  })
})
