import { Prng } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { describe, expect, it } from 'vitest'
import { crcGrid } from '../evaluation/crc-grid.ts'
import { crossValidate } from '../evaluation/cross-validate.ts'
import { accuracy } from '../evaluation/measures.ts'
import { selectOptions } from '../evaluation/select-options.ts'
import type { Classifier } from '../fitting/define-method.ts'
import { lmnnLoss, targetNeighbours } from '../learning/losses/lmnn-loss.ts'
import { ncaObjective } from '../learning/losses/nca-objective.ts'
import { explain } from '../model/explain.ts'
import { predict } from '../model/predict.ts'
import { stratifiedFolds } from '../samples/folds.ts'
import { takeRows } from '../samples/matrix.ts'
import goldens from '../testdata/goldens.json' with { type: 'json' }
import { expectClose, matrix, onCpuWithoutLeaks, PLAIN } from '../testdata/references.ts'
import { ridge } from './linear/ridge.ts'
import { softmax } from './linear/softmax.ts'
import { methodNamed } from './methods.ts'
import { knn } from './nearest/knn.ts'
import { ncm } from './nearest/ncm.ts'
import { crNrc } from './representation/cr-nrc.ts'
import { crc } from './representation/crc.ts'
import { nrc } from './representation/nrc.ts'
import { nsc } from './representation/nsc.ts'
import { pcrc } from './representation/pcrc.ts'
import { proCrc } from './representation/pro-crc.ts'
import { robustProCrc } from './representation/robust-pro-crc.ts'
import { wcrc } from './representation/wcrc.ts'

onCpuWithoutLeaks()

const features = matrix(goldens.features)
const queries = matrix(goldens.queries)
const { labels } = goldens
async function classify(classifier: Classifier, on = features, by: ArrayLike<number> = labels, what = queries) {
  return predict(await classifier.fit(on, by), what)
}

/** Residuals of each row less the least of the row. */
const aboveLeast = (rows: number[][]) => rows.map((row) => row.map((value) => value - Math.min(...row)))

const negative = (rows: number[][]) => rows.map((row) => row.map((value) => -value))

describe('against float64 references', () => {
  const byResiduals: [Classifier, number[][]][] = [
    [crc.make({ ...PLAIN, lambda: 0.3 }), goldens.crc],
    [crc.make({ ...PLAIN, lambda: 0.3, rule: 'ratio' }), goldens.crcRatio],
    [crc.make({ ...PLAIN, lambda: 0.3, residuals: 'direct' }), goldens.crc],
    [crc.make({ ...PLAIN, lambda: 0.3, rule: 'ratio', residuals: 'direct' }), goldens.crcRatio],
    [proCrc.make({ ...PLAIN, lambda: 0.5, gamma: 0.2 }), goldens.proCrc],
    [robustProCrc.make({ ...PLAIN, lambda: 0.05, gamma: 0.1 }), aboveLeast(goldens.robustProCrc)],
    [nrc.make(PLAIN), goldens.nrc],
    [crNrc.make({ ...PLAIN, lambda: 0.3 }), goldens.crNrc],
    [nsc.make({ ...PLAIN, lambda: 1e-2 }), goldens.nsc],
    [wcrc.make({ ...PLAIN, lambda: 0.3 }), goldens.wcrc],
  ]
  it.each(byResiduals.map(([c, expected]) => [c.name, c, expected] as const))('%s', async (_, classifier, expected) => {
    const { labels: predicted, scores } = await classify(classifier)
    expectClose(scores.data, negative(expected), 1e-4)
    const least = expected.map((row) => row.indexOf(Math.min(...row)))
    const clear = expected.map((row) => {
      const [a, b] = row.toSorted((x, y) => x - y)
      return b - a > 1e-4
    })
    predicted.forEach((label, i) => {
      if (clear[i]) expect(label).toBe(least[i])
    })
  })

  it('PCRC: votes of patches, then closeness', async () => {
    const { scores } = await classify(pcrc.make({ ...PLAIN, patches: 2, lambda: 0.1 }))
    expectClose(scores.data, goldens.pcrc, 1e-4)
    await expect(classify(pcrc.make({ patches: 3 }))).rejects.toThrow(/divides the 8 columns/)
  })

  it('ridge regression', async () =>
    expectClose((await classify(ridge.make({ ...PLAIN, lambda: 0.7 }))).scores.data, goldens.ridge, 1e-4))

  it('softmax regression', async () => {
    expectClose(
      (await classify(softmax.make({ ...PLAIN, weightDecay: 0.01, steps: 1000 }))).probabilities.data,
      goldens.softmax,
      1e-4,
    )
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
    const model = await crc.make({ ...PLAIN, lambda: 0.3 }).fit(features, labels)
    const [first] = await explain(model, queries, { top: labels.length })
    const codes = goldens.crcCodes[0]
    const size = Math.max(...codes.map(Math.abs))
    for (const { index, label, code } of first.samples) {
      expect(Math.abs(code - codes[index])).toBeLessThan(1e-4 * size)
      expect(label).toBe(labels[index])
    }
    expect(first.share.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    expectClose(first.residuals, goldens.crc[0], 1e-4)
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
    expectClose((await classify(knn.make({ ...PLAIN, k: 3 }))).scores.data, expected, 1e-6)
    const means = [0, 1, 2, 3].map((c) => {
      const own = goldens.features.filter((_, i) => labels[i] === c)
      return own[0].map((_, k) => own.reduce((sum, row) => sum + row[k], 0) / own.length)
    })
    const toMeans = goldens.queries.map((q) => means.map((mean) => distance(q, mean)))
    expectClose((await classify(ncm.make(PLAIN))).scores.data, negative(toMeans), 1e-4)
  })

  it('ridge keeps the PRESS identity: y − ŷ without a sample is (y − ŷ) / (1 − h) of the fit with it', async () => {
    const scoresOf = async (rows: number[], by: number[], at: number) => {
      const own = matrix(rows.map((i) => goldens.features[i]))
      const query = matrix([goldens.features[at]])
      return (await classify(ridge.make({ ...PLAIN, lambda: 0.5 }), own, by, query)).scores.data
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
        const { labels: said } = await classify(crc.make({ lambda, rule }), rest, own, matrix([goldens.features[i]]))
        if (said[0] === labels[i]) right++
      }
      expect(share).toBeCloseTo(right / labels.length, 10)
    }
  })
})

it('refuses λ that float32 cannot bear, and says which it can', async () => {
  // Samples of length 10⁴ and 0.1, all at right angles: the condition number is 10¹⁰.
  const far = matrix([1e4, 0.1, 1e4, 0.1].map((size, i) => Array.from({ length: 5 }, (_, k) => (k === i ? size : 0))))
  const query = matrix([[1, 1, 1, 1, 1]])
  const by = [0, 0, 1, 1]
  const classifier = crc.make({ ...PLAIN, lambda: 1e-3 })
  const failure = classify(classifier, far, by, query).then(
    () => '',
    (error: Error) => error.message,
  )
  const [, enough] = (await failure).match(/condition number of at most 3e\+7.*Raise λ: (\S+) is surely enough/s)!
  await expect(classify(crc.make({ ...PLAIN, lambda: Number(enough) }), far, by, query)).resolves.toBeDefined()
  expect(() => crc.make({ lambda: 0 })).toThrow(/the code of λ = 0, by the pseudo-inverse, is that of a small λ/)
})

it('the direct form keeps the digits of a residual far below the length of its query', async () => {
  // Two orthonormal samples and the first as a query: its code is 1/(1+λ), so its class leaves (λ/(1+λ))².
  const lambda = 1e-3
  const samples = matrix([
    [0.6, 0.8],
    [-0.8, 0.6],
  ])
  const { scores } = await classify(
    crc.make({ ...PLAIN, lambda, residuals: 'direct' }),
    samples,
    [0, 1],
    matrix([[0.6, 0.8]]),
  )
  expect(-scores.data[0] / (lambda / (1 + lambda)) ** 2).toBeCloseTo(1, 3)
})

it('refuses options out of range, unknown ones, and unknown methods, with what was meant', () => {
  expect(() => crc.make({ lambda: 0 })).toThrow(/`lambda` of options of CRC.*received 0/)
  expect(() => knn.make({ k: 1.5 })).toThrow(/`k` of options of kNN/)
  expect(() => crc.make({ lamda: 1 } as never)).toThrow(/«lamda».*Did you mean lambda\?/)
  expect(() => crc.make({ rule: 'ratoi' as 'ratio' })).toThrow(/Did you mean ratio\?/)
  expect(() => methodNamed('dmlcrc')).toThrow(/Did you mean dmlCrc\?/)
})

it('selects options inside the samples, by default over the grid of the method', async () => {
  const { options, table } = await selectOptions(crc, features, labels, { folds: 3, prng: Prng.fromSeed(1) })
  expect(table.map((row) => row.options.lambda)).toEqual(crc.grid.lambda)
  expect(table.find((row) => row.options === options)!.accuracy).toBe(Math.max(...table.map((row) => row.accuracy)))
  const fixed = await selectOptions(crc, features, labels, { options: { lambda: 0.5 }, prng: Prng.fromSeed(1) })
  expect(fixed).toEqual({ options: { lambda: 0.5 }, table: [] })
})

it('crossValidate fits on views, and holds a sample out with all of its views', async () => {
  const base = { folds: 3, prng: Prng.fromSeed(1) }
  const n = labels.length
  // Each row twice as the views of one sample is the same as the row.
  const twice = Array.from({ length: 2 * n }, (_, i) => i % n)
  const views = { features: takeRows(features, twice), groups: twice }
  const plain = await crossValidate({ crc: crc.make() }, features, labels, base)
  const viewed = await crossValidate({ crc: crc.make() }, features, labels, { ...base, prng: Prng.fromSeed(1), views })
  expect(viewed.table[0].folds).toEqual(plain.table[0].folds)

  const seen: { rows: number; groups: ArrayLike<number> | undefined; labels: number[] }[] = []
  const inner = crc.make()
  const spy: typeof inner = {
    name: 'spy',
    fit(x, y, extra) {
      seen.push({ rows: x.shape[0], groups: extra?.groups, labels: Array.from(y) })
      return inner.fit(x, y, extra)
    },
  }
  const parts = stratifiedFolds(Int32Array.from(labels), 3, Prng.fromSeed(1))
  await crossValidate({ spy }, features, labels, { ...base, prng: Prng.fromSeed(1), views })
  seen.forEach(({ rows, groups, labels: own }, fold) => {
    const { fit } = parts[fold]
    expect(rows).toBe(2 * fit.length)
    expect(own).toEqual(Array.from(groups!, (place) => labels[fit[place]]))
  })
})

it('crossValidate takes the candidate of the best folds', async () => {
  const candidates = { strong: crc.make({ lambda: 1 }), weak: crc.make({ lambda: 1e6 }) }
  const { best, bestKey, table } = await crossValidate(candidates, features, labels, {
    folds: 3,
    prng: Prng.fromSeed(1),
  })
  expect(table.map(({ key }) => key)).toEqual(['strong', 'weak'])
  expect(best).toBe(candidates[bestKey as keyof typeof candidates])
  expect(Math.max(...table.map((row) => row.accuracy))).toBe(table.find(({ key }) => key === bestKey)!.accuracy)
  expect(accuracy((await classify(best)).labels, goldens.truth)).toBeGreaterThan(0.25)
})
