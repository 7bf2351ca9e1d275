import { Prng } from '@dml-crc/core'
import { pairedBootstrap } from '@dml-crc/metric'
import { describe, expect, it } from 'vitest'
import { compareAcrossSets } from './across-sets.ts'
import type { Candidate } from './comparison.ts'
import type { Row } from './schema.ts'
import { summarise } from './summary.ts'

/** A method on a set of 100 images that is right about the first `right` of them. */
function candidate(method: string, right: number, { baseline = true, set = 'a', backbone = 'b' } = {}): Candidate {
  const labels = Array.from({ length: 100 }, (_, i) => i % 5)
  const predictions = [labels.map((label, i) => (i < right ? label : label + 1))]
  const row = {
    ...({ dataset: set, split: {}, backbone, weights: 'w', layer: 'l', regime: 'frozen' } as object),
    ...{ method, baseline, seed: 0, top1: right / 100, top5: 1, meanPerClass: 1, count: 100, options: {} },
    seconds: { features: 0, fit: 0, classify: 0 },
  } as unknown as Row
  return { summary: summarise([row])[0], predictions, test: { ids: labels.map((_, i) => `${set}${i}`), labels } }
}

describe('compareAcrossSets', () => {
  const own = { baseline: false }
  const candidates = [
    ...[candidate('DML-CRC', 90, own), candidate('CRC', 80), candidate('LDA', 86)],
    ...[candidate('DML-CRC', 80, { ...own, set: 'c' }), candidate('CRC', 70, { set: 'c' })],
    ...[
      candidate('DML-CRC', 60, { ...own, set: 'c', backbone: 'd' }),
      candidate('LDA', 62, { set: 'c', backbone: 'd' }),
    ],
  ]

  it('takes the mean over the sets of the gain over the best baseline of each, the networks of a set as one', () => {
    const [line, ...others] = compareAcrossSets(candidates)
    expect(others).toEqual([])
    expect(line).toMatchObject({ method: 'DML-CRC', comparisons: 3, notWorse: 2 })
    // Set a: + 4 points; set c: + 10 on one network and − 2 on the other.
    expect(line.mean).toBeCloseTo((0.04 + (0.1 - 0.02) / 2) / 2, 10)
    const perImage = [
      Array.from({ length: 100 }, (_, i) => Number(i >= 86 && i < 90)),
      Array.from({ length: 100 }, (_, i) => (Number(i >= 70 && i < 80) - Number(i >= 60 && i < 62)) / 2),
    ]
    expect(line.p).toBeCloseTo(pairedBootstrap(perImage, { prng: Prng.fromSeed(0) }).pValue, 10)
  })

  it('is silent about one set and one network, and where no baseline is there', () => {
    expect(compareAcrossSets(candidates.slice(0, 3))).toEqual([])
    expect(compareAcrossSets(candidates.filter(({ summary }) => !summary.first.baseline))).toEqual([])
  })
})
