import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { beforeAll, describe, expect, it } from 'vitest'
import { stratifiedFolds } from '../samples/folds.ts'
import { randomSigns } from '../samples/random-signs.ts'
import { matrix } from '../testdata/references.ts'
import { expectedCalibrationError, reliability } from './calibration.ts'
import { accuracy, confusionMatrix, meanPerClass, perClass, topK } from './measures.ts'
import { bootstrapInterval, hits, mcnemar } from './significance.ts'

beforeAll(() => loadEngine({ prefer: 'cpu' }))

const truth = [0, 0, 0, 1, 1, 2]
const said = [0, 0, 1, 1, 1, 0]

describe('accuracies', () => {
  it('counts what is right', () => {
    expect(accuracy(said, truth)).toBeCloseTo(4 / 6)
    expect(meanPerClass(said, truth)).toBeCloseTo((2 / 3 + 1 + 0) / 3)
    expect(confusionMatrix(said, truth, 3).map((row) => [...row])).toEqual([
      [2, 1, 0],
      [0, 2, 0],
      [1, 0, 0],
    ])
    const [first, second, third] = perClass(said, truth, 3)
    expect([first.precision, first.recall, first.count]).toEqual([2 / 3, 2 / 3, 3])
    expect([second.precision, second.recall]).toEqual([2 / 3, 1])
    expect(third.precision).toBeNaN()
  })

  it('counts the true class among the k best, ties by index', () => {
    const scores = matrix([
      [3, 2, 1],
      [1, 1, 1],
      [0, 1, 2],
    ])
    expect(topK(scores, [1, 1, 0], 1)).toBe(0)
    expect(topK(scores, [1, 1, 0], 2)).toBeCloseTo(2 / 3)
    expect(topK(scores, [1, 1, 0], 3)).toBe(1)
  })

  it('refuses lists of different lengths', () => {
    expect(() => accuracy([1], [1, 2])).toThrow(/as many as there are true labels, 2/)
    expect(() => mcnemar([1], [1, 2], [1, 2])).toThrow(/2 labels/)
  })
})

describe('significance', () => {
  it("is McNemar's exact test", () => {
    // 1 against 9: p = 2·(C(10,0) + C(10,1))/2¹⁰.
    const labels = new Array(12).fill(1)
    const first = labels.map((_, i) => (i < 9 ? 1 : i === 9 ? 0 : 1))
    const second = labels.map((_, i) => (i < 9 ? 0 : 1))
    expect(mcnemar(first, second, labels)).toMatchObject({ onlyFirst: 9, onlySecond: 1 })
    expect(mcnemar(first, second, labels).pValue).toBeCloseTo((2 * 11) / 1024, 10)
    expect(mcnemar(first, first, labels).pValue).toBe(1)
  })

  it('gives intervals as wide as the normal approximation', () => {
    const labels = Array.from({ length: 400 }, () => 0)
    const predicted = labels.map((_, i) => (i % 4 === 0 ? 1 : 0))
    const { low, mean, high } = bootstrapInterval(hits(predicted, labels), { prng: Prng.fromSeed(2) })
    const deviation = Math.sqrt((0.75 * 0.25) / 400)
    expect(mean).toBe(0.75)
    expect(Math.abs(low - (0.75 - 1.96 * deviation))).toBeLessThan(0.01)
    expect(Math.abs(high - (0.75 + 1.96 * deviation))).toBeLessThan(0.01)
  })
})

it('the calibration error is the mean gap of confidence and accuracy in the bins', () => {
  const probabilities = matrix([
    [0.9, 0.1],
    [0.9, 0.1],
    [0.4, 0.6],
  ])
  expect(expectedCalibrationError(probabilities, [0, 1, 1], { bins: 10 })).toBeCloseTo((0.8 + 0.4) / 3, 5)
  expect(reliability(probabilities, [0, 1, 1], { bins: 10 }).reduce((sum, { count }) => sum + count, 0)).toBe(3)
  expect(() => expectedCalibrationError(matrix([[1, 1]]), [0])).toThrow(/rows that sum to 1/)
})

it('folds hold every sample out once and keep every class to fit on', () => {
  const labels = Int32Array.from({ length: 40 }, (_, i) => (i < 6 ? 0 : 1 + (i % 3)))
  const folds = stratifiedFolds(labels, 5, Prng.fromSeed(1))
  expect(folds.flatMap(({ held }) => [...held]).sort((a, b) => a - b)).toEqual([...labels.keys()])
  for (const { fit, held } of folds) {
    expect(fit.length + held.length).toBe(40)
    expect(new Set(Array.from(fit, (i) => labels[i])).size).toBe(4)
  }
  expect(() => stratifiedFolds(Int32Array.of(0, 0, 1), 2, Prng.fromSeed(1))).toThrow(/class 1: expected two or more/)
})

it('random signs are as often plus as minus, and follow their generator', () => {
  const signs = randomSigns(100_000, Prng.fromSeed(4))
  expect(new Set(signs)).toEqual(new Set([1, -1]))
  expect(Math.abs(signs.reduce((a, b) => a + b))).toBeLessThan(4 * Math.sqrt(100_000))
  const product = signs.slice(1).reduce((sum, sign, i) => sum + sign * signs[i], 0)
  expect(Math.abs(product)).toBeLessThan(4 * Math.sqrt(100_000))
  expect(randomSigns(100, Prng.fromSeed(4))).toEqual(signs.slice(0, 100))
})
