import { Prng } from '@dml-crc/core'
import type { Matrix } from '@dml-crc/core/arrays'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Classifier } from './classifier.ts'
import { crc } from './crc.ts'
import { crcGrid } from './crc-grid.ts'
import { crossValidate } from './cross-validate.ts'
import { explain } from './explain.ts'
import { lmnn, lmnnLoss, targetNeighbours } from './lmnn.ts'
import { accuracy } from './measures.ts'
import { nca, ncaObjective } from './nca.ts'
import { knn, ncm } from './nearest.ts'
import { nrc } from './nrc.ts'
import { nsc } from './nsc.ts'
import { proCrc } from './pro-crc.ts'
import { ridge } from './ridge.ts'
import { robustProCrc } from './robust-pro-crc.ts'
import { softmaxRegression } from './softmax-regression.ts'
import goldens from './testdata/goldens.json' with { type: 'json' }
import { wcrc } from './wcrc.ts'

beforeAll(() => loadEngine({ prefer: 'cpu' }))

const matrix = (rows: number[][]): Matrix => ({
  data: Float32Array.from(rows.flat()),
  shape: [rows.length, rows[0].length],
})
const features = matrix(goldens.features)
const queries = matrix(goldens.queries)
const { labels } = goldens
const rowsOf = ({ data, shape: [rows, width] }: Matrix) =>
  Array.from({ length: rows }, (_, i) => Array.from(data.subarray(i * width, (i + 1) * width)))

async function classify(classifier: Classifier, on = features, by: ArrayLike<number> = labels, what = queries) {
  const fitted = await classifier.fit(on, by)
  const prediction = await fitted.predict(what)
  fitted.dispose()
  return prediction
}

function expectClose(actual: Matrix, expected: number[][], tolerance = 1e-4): void {
  const size = Math.max(...expected.flat().map(Math.abs))
  expected.flat().forEach((value, i) => {
    expect(Math.abs(actual.data[i] - value)).toBeLessThan(tolerance * size)
  })
}

describe('against float64 references', () => {
  let before = 0
  beforeAll(() => {
    before = tf.memory().numTensors
  })
  afterEach(() => expect(tf.memory().numTensors).toBe(before))

  const byResiduals: [Classifier, number[][]][] = [
    [crc({ lambda: 0.3 }), goldens.crc],
    [crc({ lambda: 0.3, rule: 'ratio' }), goldens.crcRatio],
    [crc({ lambda: 0.3, form: 'direct' }), goldens.crc],
    [crc({ lambda: 0.3, rule: 'ratio', form: 'direct' }), goldens.crcRatio],
    [proCrc({ lambda: 0.5, gamma: 0.2 }), goldens.proCrc],
    [robustProCrc({ lambda: 0.05, gamma: 0.1 }), goldens.robustProCrc],
    [nrc(), goldens.nrc],
    [nsc({ lambda: 1e-2 }), goldens.nsc],
    [wcrc({ lambda: 0.3 }), goldens.wcrc],
  ]
  it.each(byResiduals.map(([c, expected]) => [c.name, c, expected] as const))('%s', async (_, classifier, expected) => {
    const { labels: predicted, residuals, scores } = await classify(classifier)
    expectClose(residuals!, expected)
    expect(Array.from(scores.data)).toEqual(Array.from(residuals!.data, (value) => -value))
    const least = expected.map((row) => row.indexOf(Math.min(...row)))
    const clear = expected.map((row) => {
      const [a, b] = row.toSorted((x, y) => x - y)
      return b - a > 1e-4
    })
    predicted.forEach((label, i) => {
      if (clear[i]) expect(label).toBe(least[i])
    })
  })

  it('ridge regression', async () => expectClose((await classify(ridge({ lambda: 0.7 }))).scores, goldens.ridge))

  it('softmax regression', async () => {
    expectClose((await classify(softmaxRegression({ decay: 0.01, steps: 1000 }))).scores, goldens.softmax)
  })

  it('the objective of NCA', async () => {
    const value = tf.tidy(() =>
      ncaObjective(tf.tensor2d(goldens.ncaFactor), tf.tensor2d(goldens.features), Int32Array.from(labels)),
    )
    expect((await value.data())[0]).toBeCloseTo(goldens.ncaObjective, 5)
    value.dispose()
  })

  it('the loss of LMNN, by its definition', async () => {
    const small = goldens.features.map((row) => row.map((value) => value / 3))
    const truth = Int32Array.from(labels)
    const x = tf.tensor2d(small)
    const targets = await targetNeighbours(x, truth, 2)
    const distance = (i: number, j: number) => small[i].reduce((sum, value, k) => sum + (value - small[j][k]) ** 2, 0)
    let expected = 0
    for (let i = 0; i < small.length; i++) {
      const own = [...small.keys()].filter((j) => j !== i && truth[j] === truth[i])
      for (const j of own.sort((a, b) => distance(i, a) - distance(i, b)).slice(0, 2)) {
        expected += 0.5 * distance(i, j)
        for (let l = 0; l < small.length; l++) {
          if (truth[l] !== truth[i]) expected += 0.5 * Math.max(0, 1 + distance(i, j) - distance(i, l))
        }
      }
    }
    const value = tf.tidy(() => lmnnLoss(tf.eye(8), x, truth, targets, 0.5))
    expect((await value.data())[0]).toBeCloseTo(expected / (2 * small.length), 3)
    tf.dispose([x, value])
  })

  it('explanations show the codes of CRC', async () => {
    const [first] = await explain(queries, { features, labels, lambda: 0.3 }, { top: labels.length })
    const codes = goldens.crcCodes[0]
    const size = Math.max(...codes.map(Math.abs))
    for (const { index, label, code } of first.samples) {
      expect(Math.abs(code - codes[index])).toBeLessThan(1e-4 * size)
      expect(label).toBe(labels[index])
    }
    expect(first.share.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    expectClose({ data: first.residuals, shape: [1, 4] }, [goldens.crc[0]])
  })

  it('nearest neighbours, with ties to the nearer, and nearest means', async () => {
    const distance = (q: number[], x: number[]) => q.reduce((sum, value, k) => sum + (value - x[k]) ** 2, 0)
    const expected = goldens.queries.map((q) => {
      const order = [...labels.keys()].sort(
        (a, b) => distance(q, goldens.features[a]) - distance(q, goldens.features[b]),
      )
      const votes = [0, 0, 0, 0]
      order.slice(0, 3).forEach((i, k) => {
        votes[labels[i]] += 1 + 2 ** -(k + 1)
      })
      return votes
    })
    expectClose((await classify(knn({ k: 3 }))).scores, expected, 1e-6)
    const means = [0, 1, 2, 3].map((c) => {
      const own = goldens.features.filter((_, i) => labels[i] === c)
      return own[0].map((_, k) => own.reduce((sum, row) => sum + row[k], 0) / own.length)
    })
    const toMeans = goldens.queries.map((q) => means.map((mean) => distance(q, mean)))
    expectClose((await classify(ncm())).residuals!, toMeans)
  })

  it('ridge keeps the PRESS identity: y − ŷ without a sample is (y − ŷ) / (1 − h) of the fit with it', async () => {
    const scoresOf = async (rows: number[], by: number[], at: number) => {
      const own = matrix(rows.map((i) => goldens.features[i]))
      const query = matrix([goldens.features[at]])
      return (await classify(ridge({ lambda: 0.5 }), own, by, query)).scores.data
    }
    const all = [...labels.keys()]
    for (const i of [0, 5, 17]) {
      const other = (labels[i] + 1) % 4
      const whole = await scoresOf(all, labels, i)
      // The scores are linear in the targets, so the leverage h is what a new label does to its own score.
      const relabelled = await scoresOf(all, labels.with(i, other), i)
      const h = relabelled[other] - whole[other]
      const without = all.filter((j) => j !== i)
      const held = await scoresOf(
        without,
        without.map((j) => labels[j]),
        i,
      )
      for (let c = 0; c < 4; c++) {
        const y = labels[i] === c ? 1 : 0
        expect(y - held[c]).toBeCloseTo((y - whole[c]) / (1 - h), 4)
      }
    }
  })

  it('leave-one-out over a grid of λ is the same as a fit without each sample', async () => {
    const { table, best } = await crcGrid(features, labels, { lambdas: [0.03, 1] })
    expect(best.accuracy).toBe(Math.max(...table.map((row) => row.accuracy)))
    for (const { lambda, rule, accuracy: share } of table) {
      let right = 0
      for (const i of labels.keys()) {
        const rest = matrix(goldens.features.filter((_, j) => j !== i))
        const own = labels.filter((_, j) => j !== i)
        const { labels: said } = await classify(crc({ lambda, rule }), rest, own, matrix([goldens.features[i]]))
        if (said[0] === labels[i]) right++
      }
      expect(share).toBeCloseTo(right / labels.length, 10)
    }
  })
})

const all = [
  crc(),
  crc({ rule: 'ratio' }),
  proCrc(),
  robustProCrc(),
  nrc(),
  nsc(),
  wcrc(),
  ridge(),
  ncm(),
  knn(),
  nca(),
  lmnn(),
]
describe.each(all.map((classifier) => [classifier.name, classifier] as const))('%s', (_, classifier) => {
  it('does not depend on the order of the samples, and follows a renaming of the classes', async () => {
    const order = Prng.fromSeed(3).shuffle(labels.keys())
    const name = [2, 0, 3, 1]
    const shuffled = matrix(order.map((i) => goldens.features[i]))
    const renamed = order.map((i) => name[labels[i]])
    const first = rowsOf((await classify(classifier)).scores)
    const second = rowsOf((await classify(classifier, shuffled, renamed)).scores)
    const size = Math.max(...first.flat().map(Math.abs))
    first.forEach((row, i) => {
      row.forEach((score, c) => {
        expect(Math.abs(second[i][name[c]] - score)).toBeLessThan(2e-3 * size)
      })
    })
  })

  it('refuses what it cannot use before any work', async () => {
    const bad = { ...features, data: features.data.with(9, Number.NaN) }
    await expect(classifier.fit(bad, labels)).rejects.toThrow(/finite numbers, received NaN in row 1, column 1/)
    await expect(classifier.fit(features, labels.slice(1))).rejects.toThrow(/labels: expected 24, received 23/)
    await expect(
      classifier.fit(
        features,
        labels.map((c) => c + 1),
      ),
    ).rejects.toThrow(/no sample of class 0/)
    await expect(
      classifier.fit(
        features,
        labels.map((c) => -c),
      ),
    ).rejects.toThrow(/integers from 0/)
    const fitted = await classifier.fit(features, labels)
    await expect(fitted.predict(matrix([[1, 2]]))).rejects.toThrow(/rows of 8 numbers, received rows of 2/)
    fitted.dispose()
  })
})

it('the direct form keeps the digits of a residual far below the length of its query', async () => {
  // Two orthonormal samples and the first as a query: its code is 1/(1+λ), so its class leaves (λ/(1+λ))².
  const lambda = 1e-3
  const samples = matrix([
    [0.6, 0.8],
    [-0.8, 0.6],
  ])
  const { residuals } = await classify(crc({ lambda, form: 'direct' }), samples, [0, 1], matrix([[0.6, 0.8]]))
  expect(residuals!.data[0] / (lambda / (1 + lambda)) ** 2).toBeCloseTo(1, 3)
})

it('refuses options out of range', () => {
  for (const make of [
    () => crc({ lambda: 0 }),
    () => proCrc({ gamma: -1 }),
    () => nrc({ mu: Number.NaN }),
    () => knn({ k: 0 }),
  ]) {
    expect(make).toThrow(/InputError|expected/)
  }
})

it('crossValidate takes the candidate of the best folds', async () => {
  const candidates = { strong: crc({ lambda: 1 }), weak: crc({ lambda: 1e6 }) }
  const { best, bestKey, table } = await crossValidate(candidates, features, labels, {
    folds: 3,
    prng: Prng.fromSeed(1),
  })
  expect(table.map(({ key }) => key)).toEqual(['strong', 'weak'])
  expect(best).toBe(candidates[bestKey as keyof typeof candidates])
  expect(Math.max(...table.map((row) => row.accuracy))).toBe(table.find(({ key }) => key === bestKey)!.accuracy)
  expect(accuracy((await classify(best)).labels, goldens.truth)).toBeGreaterThan(0.25)
})
