import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { classLayout, gramBlocks } from '../coding/class-layout.ts'
import { classResiduals } from '../coding/residuals.ts'
import { accuracy } from '../evaluation/measures.ts'
import { dmlCrc, fitDmlCrc } from '../methods/metric-learning/dml-crc.ts'
import { crc } from '../methods/representation/crc.ts'
import { explain } from '../model/explain.ts'
import { openModel } from '../model/open.ts'
import { predict } from '../model/predict.ts'
import type { LabelledMatrix } from '../samples/checks.ts'
import type { Matrix } from '../samples/matrix.ts'
import { climb, type Judgement } from './climb.ts'
import { fitRule } from './rule-weights.ts'
import { scatterMetric } from './scatter-metric.ts'

let before = 0
beforeAll(() => loadEngine({ prefer: 'cpu' }))
beforeEach(() => {
  before = tf.memory().numTensors
})
afterEach(() => expect(tf.memory().numTensors).toBe(before))

const WIDTH = 10

/** Four classes that differ in the first features; the others vary much more, and say nothing. */
function problem(count: number, seed: number): LabelledMatrix {
  const prng = Prng.fromSeed(seed)
  const labels = Int32Array.from({ length: count }, (_, i) => i % 4)
  const data = Array.from(labels).flatMap((label) => {
    const row = [...prng.normals(WIDTH)].map((value, j) => (j < 4 ? 0.6 * value : 2.5 * value))
    row[label] += 1.5
    return row
  })
  return { features: { data: Float32Array.from(data), shape: [count, WIDTH] }, labels, classes: 4 }
}

const rowsOf = ({ data, shape }: Matrix) =>
  Array.from({ length: shape[0] }, (_, i) => [...data.subarray(i * shape[1], (i + 1) * shape[1])])

async function factorOf(samples: LabelledMatrix, shrinkage: number, between: number): Promise<number[][]> {
  const metric = scatterMetric(samples)
  const factor = await metric.factor({ shrinkage, between })
  const rows = (await factor.array()) as number[][]
  factor.dispose()
  metric.dispose()
  return rows
}

/** The sum of the squares of the whitened deviations from the class means, direction by direction: diag(L S_w Lᵀ). */
function scatterIn(factor: number[][], { features, labels, classes }: LabelledMatrix) {
  const mapped = rowsOf(features).map((row) => factor.map((l) => l.reduce((sum, value, j) => sum + value * row[j], 0)))
  const means = Array.from({ length: classes }, (_, c) => {
    const own = mapped.filter((_, i) => labels[i] === c)
    return own[0].map((_, j) => own.reduce((sum, row) => sum + row[j], 0) / own.length)
  })
  const within = factor.map((_, a) =>
    factor.map((_, b) =>
      mapped.reduce((sum, row, i) => sum + (row[a] - means[labels[i]][a]) * (row[b] - means[labels[i]][b]), 0),
    ),
  )
  const grand = means[0].map((_, j) => means.reduce((sum, row) => sum + row[j], 0) / classes)
  const energy = means.flatMap((row) => row.map((value, j) => (value - grand[j]) ** 2)).reduce((a, b) => a + b)
  return { within, energy }
}

describe('the metric of scatters', () => {
  const samples = problem(60, 1)

  it('makes the scatter within classes, shrunk, the identity', async () => {
    const shrinkage = 0.5
    const factor = await factorOf(samples, shrinkage, 0)
    const identity = Array.from({ length: WIDTH }, (_, i) => Array.from({ length: WIDTH }, (_, j) => (i === j ? 1 : 0)))
    const plain = scatterIn(identity, samples).within
    const level = (shrinkage * plain.reduce((sum, row, i) => sum + row[i], 0)) / WIDTH
    const { within } = scatterIn(factor, samples)
    // L(S + level·I)Lᵀ = I
    for (let a = 0; a < WIDTH; a++) {
      for (let b = 0; b < WIDTH; b++) {
        const ridge = factor[a].reduce((sum, value, j) => sum + value * factor[b][j], 0) * level
        expect(within[a][b] + ridge).toBeCloseTo(a === b ? 1 : 0, 3)
      }
    }
  })

  it('stretches the class means against the scatter within classes, the more the larger the exponent', async () => {
    const ratios = []
    for (const between of [0, 0.25, 0.5]) {
      const { within, energy } = scatterIn(await factorOf(samples, 1, between), samples)
      ratios.push(energy / within.reduce((sum, row, i) => sum + row[i], 0))
    }
    expect(ratios[1]).toBeGreaterThan(1.05 * ratios[0])
    expect(ratios[2]).toBeGreaterThan(1.05 * ratios[1])
  })

  it('is the Euclidean distance, up to its scale, where much is added and nothing stretched', async () => {
    const factor = await factorOf(samples, 1e5, 0)
    factor.forEach((row, i) => {
      row.forEach((value, j) => {
        expect(value / factor[0][0]).toBeCloseTo(i === j ? 1 : 0, 3)
      })
    })
  })

  it('takes samples that are all alike within their classes', async () => {
    const labels = Int32Array.from([0, 0, 1, 1])
    const data = Float32Array.from([1, 0, 1, 0, 0, 1, 0, 1])
    const factor = await factorOf({ features: { data, shape: [4, 2] }, labels, classes: 2 }, 1, 0.25)
    expect(factor.flat().every(Number.isFinite)).toBe(true)
  })
})

describe('residuals in a kernel', () => {
  it('are those of the definition, with classes of different sizes', async () => {
    const gamma = 1.5
    const labels = Int32Array.from([0, 1, 1, 2, 2, 2])
    const prng = Prng.fromSeed(3)
    const unit = (count: number) =>
      Array.from({ length: count }, () => {
        const row = [...prng.normals(3)]
        const length = Math.hypot(...row)
        return row.map((value) => value / length)
      })
    const [samples, queries] = [unit(6), unit(2)]
    const codes = Array.from({ length: 6 }, () => [...prng.normals(2)])
    const kernel = (a: number[], b: number[]) =>
      Math.exp((-gamma / 2) * a.reduce((sum, value, j) => sum + (value - b[j]) ** 2, 0))
    const layout = classLayout(labels)
    const place = (rows: number[][]) => Array.from(layout.order, (row) => (row < 0 ? rows[0].map(() => 0) : rows[row]))
    const residuals = tf.tidy(() => {
      const d = tf.tensor2d(place(samples))
      const dictionary = { d, layout, blocks: gramBlocks(d, layout, gamma), gamma }
      return classResiduals(tf.tensor2d(place(codes)), dictionary, { targets: tf.tensor2d(queries) })
    })
    const found = (await residuals.array()) as number[][]
    residuals.dispose()
    queries.forEach((query, b) => {
      for (let c = 0; c < 3; c++) {
        const own = [...labels.keys()].filter((i) => labels[i] === c)
        let expected = 1
        for (const i of own) {
          expected -= 2 * codes[i][b] * kernel(samples[i], query)
          for (const j of own) expected += codes[i][b] * codes[j][b] * kernel(samples[i], samples[j])
        }
        expect(found[layout.classPosition[c]][b]).toBeCloseTo(Math.max(expected, 0), 5)
      }
    })
  })
})

describe('the rule fitted to held-out samples', () => {
  const prng = Prng.fromSeed(5)
  const labels = Int32Array.from({ length: 200 }, (_, i) => i % 3)
  const noisy = (sign: number): Matrix => ({
    data: Float32Array.from(
      [...labels.keys()].flatMap((i) => [0, 1, 2].map((c) => sign * (c === labels[i] ? 1 : 0) + prng.normal())),
    ),
    shape: [200, 3],
  })
  const parts = { residual: noisy(-1), ridge: noisy(1), labels }

  it('has the temperature of least cross-entropy', () => {
    const rule = fitRule(parts)
    const lossAt = (factor: number) =>
      labels.reduce((sum, label, i) => {
        const scores = [0, 1, 2].map(
          (c) => factor * (rule.ridge * parts.ridge.data[3 * i + c] - rule.residual * parts.residual.data[3 * i + c]),
        )
        return sum + Math.log(scores.reduce((total, score) => total + Math.exp(score), 0)) - scores[label]
      }, 0)
    expect(lossAt(1)).toBeLessThan(lossAt(1.02))
    expect(lossAt(1)).toBeLessThan(lossAt(0.98))
    expect(rule.accuracy).toBeCloseTo(rule.hits.filter((hit) => hit === 1).length / 200, 6)
    expect(rule.accuracy).toBeGreaterThan(0.5)
  })

  it('stays finite where all samples are separated', () => {
    const data = Float32Array.from([0, 1, 1, 0])
    const rule = fitRule({
      residual: { data, shape: [2, 2] },
      ridge: { data: data.map((value) => 1 - value), shape: [2, 2] },
      labels: Int32Array.from([0, 1]),
    })
    expect(rule.accuracy).toBe(1)
    expect(Number.isFinite(rule.residual)).toBe(true)
  })
})

describe('the search for an option', () => {
  /** Classifies as many of 100 samples correctly as said, always the first ones. */
  const judgement = (right: number): Judgement => ({
    hits: Uint8Array.from({ length: 100 }, (_, i) => (i < right ? 1 : 0)),
    accuracy: right / 100,
  })
  const search = (right: number[], start: number) =>
    climb([...right.keys()], start, async (place) => judgement(right[place]))

  it('goes as far as accuracy rises, and says what it tried', async () => {
    const choice = await search([50, 60, 70, 80, 75, 90], 1)
    expect(choice).toMatchObject({ value: 3, accuracy: 0.8, atLimit: false })
    expect(choice.tried.map(({ value }) => value)).toEqual([0, 1, 2, 3, 4])
  })

  it('stays where the gain is within one standard error', async () => {
    expect((await search([50, 51, 50], 0)).value).toBe(0)
    expect((await search([50, 60, 50], 0)).value).toBe(1)
  })

  it('says when the best value is the last of the grid', async () => {
    expect(await search([90, 70, 50], 1)).toMatchObject({ value: 0, atLimit: true })
  })
})

describe('fitDmlCrc', () => {
  const [train, test] = [problem(80, 1), problem(200, 2)]
  const plain = { signedSquareRoot: false, unitNorm: false, center: false }

  it('without options is better than CRC where a metric helps, and says what it chose', async () => {
    const baseline = await predict(await crc.make(plain).fit(train.features, train.labels), test.features)
    const model = await fitDmlCrc(train.features, train.labels, plain)
    const { labels, probabilities } = await predict(model, test.features)
    expect(accuracy(labels, test.labels)).toBeGreaterThan(accuracy(baseline.labels, test.labels) + 0.1)
    expect(probabilities.data.subarray(0, 4).reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    expect(Object.keys(model.chosen!)).toEqual(['shrinkage', 'between', 'gamma', 'lambda'])
    const [why] = await explain(model, test.features)
    expect(why.predicted).toBe(labels[0])
    expect(why.share.reduce((a, b) => a + b)).toBeCloseTo(1, 5)
  })

  it('keeps the options that are given', async () => {
    const model = await fitDmlCrc(train.features, train.labels, { shrinkage: 3, between: 0.1, gamma: 0, lambda: 0.7 })
    expect(model.chosen).toBeUndefined()
    expect(model.decision.gamma).toBeUndefined()
    expect(model.decision.code).toMatchObject({ kind: 'ridge', lambda: 0.7 })
  })

  it('gives a query the same scores alone and in a batch', async () => {
    const model = await fitDmlCrc(train.features, train.labels, {
      shrinkage: 2,
      between: 0.25,
      gamma: 1.5,
      lambda: 0.1,
    })
    const open = openModel(model)
    const [all, one] = [
      await open.predict(test.features),
      await open.predict({ data: test.features.data.slice(0, WIDTH), shape: [1, WIDTH] }),
    ]
    open.dispose()
    one.scores.data.forEach((score, c) => {
      expect(score).toBeCloseTo(all.scores.data[c], 4)
    })
  })

  it('refuses classes of one sample and wrong options', async () => {
    const labels = train.labels.map((label, i) => (i === 5 ? 4 : label))
    await expect(fitDmlCrc(train.features, labels)).rejects.toThrow(/class 4: expected two or more samples/)
    expect(() => dmlCrc.make({ lambda: 0 })).toThrow(/lambda.*received 0/)
    expect(() => dmlCrc.make({ gamma: -1 })).toThrow(/gamma.*received -1/)
  })
})
