import { Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { symmetricEigen } from '@dml-crc/engine/linalg'
import * as tf from '@tensorflow/tfjs'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accuracy } from '../evaluation/measures.ts'
import { dmlCrcGradient } from '../methods/metric-learning/dml-crc-gradient.ts'
import { reconstruction } from '../methods/metric-learning/reconstruction.ts'
import { crc } from '../methods/representation/crc.ts'
import { explain } from '../model/explain.ts'
import type { Model } from '../model/model.ts'
import { predict } from '../model/predict.ts'
import type { Matrix } from '../samples/matrix.ts'
import { collaborativeLoss } from './losses/collaborative-loss.ts'
import { mahalanobis } from './mahalanobis/mahalanobis.ts'
import { metricParameters } from './mahalanobis/metric-parameters.ts'
import { principalDirections } from './mahalanobis/principal-directions.ts'

let before = 0
beforeAll(() => loadEngine({ prefer: 'cpu' }))
beforeEach(() => {
  before = tf.memory().numTensors
})
afterEach(() => expect(tf.memory().numTensors).toBe(before))

/** Classes that differ in a few features among many that vary more. */
function problem(count: number, seed: number): { features: Matrix; labels: number[] } {
  const prng = Prng.fromSeed(seed)
  const labels = Array.from({ length: count }, (_, i) => i % 4)
  const data = labels.flatMap((label) => {
    const row = [...prng.normals(12)].map((value, j) => (j < 4 ? 0.5 * value : 2 * value))
    row[label] += 1.5
    return row
  })
  return { features: { data: Float32Array.from(data), shape: [count, 12] }, labels }
}
const train = problem(48, 1)
const test = problem(200, 2)

type Options = Parameters<typeof dmlCrcGradient.make>[0]
const fitGradient = (
  { features, labels }: { features: Matrix; labels: number[] },
  options: Options,
  { prng, groups }: { prng?: Prng; groups?: number[] } = {},
) => dmlCrcGradient.make(options, { prng }).fit(features, labels, { groups })

const plain = { signedSquareRoot: false, unitNorm: false, center: false }
const quick = {
  ...plain,
  steps: 40,
  learningRate: 2e-2,
  rank: 12,
  noise: 0.1,
  lambda: 1,
  temperature: 0.5,
  smoothing: 0,
}

describe('dmlCrcGradient', () => {
  it('is better than CRC where a metric helps, and lowers its loss', async () => {
    const baseline = await crc.make({ ...plain, lambda: 1 }).fit(train.features, train.labels)
    const before = accuracy((await predict(baseline, test.features)).labels, test.labels)
    const model = await fitGradient(train, quick)
    const { labels, probabilities } = await predict(model, test.features)
    expect(accuracy(labels, test.labels)).toBeGreaterThan(before + 0.1)
    expect(model.losses!.at(-1)!).toBeLessThan(0.8 * model.losses![0])
    expect(probabilities.data.subarray(0, 4).reduce((a, b) => a + b)).toBeCloseTo(1, 5)
    const [why] = await explain(model, test.features)
    expect(why.predicted).toBe(labels[0])
  })

  it('is decided by its seed', async () => {
    const run = async (seed: number) =>
      (await fitGradient(train, { ...quick, steps: 3 }, { prng: Prng.fromSeed(seed) })).losses
    expect(await run(1)).toEqual(await run(1))
    expect(await run(1)).not.toEqual(await run(2))
  })

  it('chooses the steps on held-out folds', async () => {
    const earlyStop = { folds: 4, tried: 2 }
    const { losses } = await fitGradient(train, { ...quick, steps: 12, earlyStop })
    expect(losses!.length).toBeGreaterThan(0)
    expect(losses!.length).toBeLessThanOrEqual(12)
  })

  it('takes views of one image as one image', async () => {
    const groups = train.labels.map((label, i) => Math.floor(i / 8) * 4 + label)
    const model = await fitGradient(train, { ...quick, steps: 4 }, { groups })
    expect(model.decision.dictionary.shape).toEqual([24, 12])
    const wrong = train.labels.map(() => 0)
    await expect(fitGradient(train, {}, { groups: wrong })).rejects.toThrow(/one label in each group/)
  })

  it('works with classes of very different size, and with the ratio rule', async () => {
    const rows = train.labels.flatMap((label, i) => (label > 0 || i < 8 ? [i] : []))
    const data = Float32Array.from(rows.flatMap((i) => [...train.features.data.subarray(i * 12, i * 12 + 12)]))
    const labels = rows.map((i) => train.labels[i])
    const classifier = dmlCrcGradient.make({ ...quick, steps: 5, rule: 'ratio' })
    const model = await classifier.fit({ data, shape: [rows.length, 12] }, labels)
    expect((await predict(model, test.features)).labels).toHaveLength(200)
  })

  it('learns the weights of the other parts of the decision rule, where they are not 0', async () => {
    const rule = { meanWeight: 2, ridgeWeight: 3, unitLength: true }
    const model = await fitGradient(train, { ...quick, ...rule })
    const { residual, mean, ridge } = model.decision.weights
    expect(model.losses!.at(-1)!).toBeLessThan(0.8 * model.losses![0])
    for (const [value, start] of [
      [residual, quick.temperature],
      [mean, 2],
      [ridge, 3],
    ]) {
      expect(value).toBeGreaterThan(0)
      expect(value).not.toBeCloseTo(start, 3)
    }
    const only = await fitGradient(train, { ...quick, temperature: 0, meanWeight: 2 })
    expect(only.decision.weights).toMatchObject({ residual: 0, ridge: 0 })
    expect(accuracy((await predict(only, test.features)).labels, test.labels)).toBeGreaterThan(0.5)
  })

  it('steps on some of the samples lower the loss and help as steps on all do; a batch of all is no other', async () => {
    const baseline = await crc.make({ ...plain, lambda: 1 }).fit(train.features, train.labels)
    const share = async (model: Model) => accuracy((await predict(model, test.features)).labels, test.labels)
    const inParts = await fitGradient(train, { ...quick, batch: 24 })
    expect(await share(inParts)).toBeGreaterThan((await share(baseline)) + 0.1)
    const mean = (losses: readonly number[]) => losses.reduce((sum, loss) => sum + loss, 0) / losses.length
    expect(mean(inParts.losses!.slice(-5))).toBeLessThan(0.8 * mean(inParts.losses!.slice(0, 5)))
    const all = await fitGradient(train, { ...quick, steps: 3, batch: train.labels.length })
    expect(all.losses).toEqual((await fitGradient(train, { ...quick, steps: 3 })).losses)
  })

  it('refuses what cannot be learned from', async () => {
    const labels = train.labels.map((label, i) => (i === 5 ? 4 : label))
    await expect(fitGradient({ ...train, labels }, {})).rejects.toThrow(/class 4: expected two or more samples/)
    expect(() => fitGradient(train, { lambda: 0 })).toThrow(/lambda.*received 0/)
    expect(() => fitGradient(train, { noise: -1 })).toThrow(/noise.*received -1/)
    await expect(fitGradient(train, { rank: 13 })).rejects.toThrow(/rank: expected .*12/)
  })
})

describe('the reconstruction loss', () => {
  it('without its log-det term would collapse, and is refused', () => {
    // J*(M) = min over α of (q − Dᵀα)ᵀM(q − Dᵀα) + λ‖α‖² is concave in M and 0 at M = 0.
    const least = (scale: number) => {
      const [d, q, lambda] = [0.8, 1.1, 0.3]
      const alpha = (scale * d * q) / (scale * d * d + lambda)
      return scale * (q - d * alpha) ** 2 + lambda * alpha ** 2
    }
    for (const [a, b] of [
      [0.2, 1],
      [0.5, 3],
      [1, 10],
    ])
      expect(least((a + b) / 2)).toBeGreaterThan((least(a) + least(b)) / 2)
    expect(least(1e-9)).toBeLessThan(1e-8)
    expect(() => reconstruction.make({ logDet: 0 })).toThrow(/logDet.*received 0/)
  })

  it('with it learns a metric of trace d', async () => {
    const { embedding } = await reconstruction.make({ ...plain, lambda: 1 }).fit(train.features, train.labels)
    const factor = embedding!.factor as Matrix
    expect(factor.data.reduce((sum, value) => sum + value ** 2, 0)).toBeCloseTo(12, 3)
  })
})

describe('mahalanobis', () => {
  const x = train.features
  it('with M = I is CRC, and CRC in M = LᵀL is CRC on mapped features; (cM, cλ) changes nothing', async () => {
    const layer = await mahalanobis({ dim: 12, rank: 6, init: 'random', prng: Prng.fromSeed(3) })
    const map = async ({ data, shape }: Matrix, times: number): Promise<Matrix> => {
      const mapped = tf.tidy(() => tf.mul(layer.apply(tf.tensor2d(data, shape as [number, number])), times))
      const out = (await mapped.data()) as Float32Array
      mapped.dispose()
      return { data: out, shape: [shape[0], 6] }
    }
    const classify = async (times: number) => {
      const classifier = crc.make({ ...plain, lambda: times * times })
      const model = await classifier.fit(await map(train.features, times), train.labels)
      return predict(model, await map(test.features, times))
    }
    const [one, three] = [await classify(1), await classify(3)]
    expect(three.labels).toEqual(one.labels)
    one.scores.data.forEach((value, i) => {
      expect(Math.abs(three.scores.data[i] / 9 - value)).toBeLessThan(1e-3 * (1 - value))
    })
    layer.dispose()
  })

  it.each(['identity', 'pca', 'whiten', 'random'] as const)('is a pseudo-metric with init %s', async (init) => {
    const layer = await mahalanobis({ dim: 12, rank: 5, init, features: x, prng: Prng.fromSeed(1) })
    const points = tf.tensor2d(x.data.subarray(0, 72), [6, 12])
    const distances = layer.distances(points, points)
    const d = Array.from(await distances.data(), Math.sqrt)
    for (let i = 0; i < 6; i++) {
      expect(d[i * 6 + i]).toBeLessThan(1e-2)
      for (let j = 0; j < 6; j++) {
        expect(d[i * 6 + j]).toBeCloseTo(d[j * 6 + i], 3)
        for (let k = 0; k < 6; k++) expect(d[i * 6 + k]).toBeLessThan(d[i * 6 + j] + d[j * 6 + k] + 1e-2)
      }
    }
    tf.dispose([points, distances])
    layer.scaleTrace(7)
    const m = layer.matrix()
    expect(Array.from(await m.data()).reduce((sum, value, i) => (i % 13 === 0 ? sum + value : sum), 0)).toBeCloseTo(
      7,
      3,
    )
    m.dispose()
    layer.dispose()
  })

  it('says which option is wrong', async () => {
    await expect(mahalanobis({ dim: 4, init: 'pac' as 'pca' })).rejects.toThrow(/Did you mean pca/)
    await expect(mahalanobis({ dim: 4, init: 'pca' })).rejects.toThrow(/features for init pca/)
    await expect(mahalanobis({ dim: 4, rank: 2, form: 'diagonal' })).rejects.toThrow(/in the diagonal form/)
  })
})

it('the principal directions of wide features are those of the whole decomposition, to what a start needs', async () => {
  const [count, dim, rank] = [60, 120, 20]
  const prng = Prng.fromSeed(6)
  // Energies that fall by a tenth from one direction to the next, turned at random; and a half of the space is empty.
  const x = tf.tidy(() => {
    const scales = tf.tensor2d([Array.from({ length: 60 }, (_, i) => 0.9 ** (i / 2))])
    const scores = tf.mul(tf.tensor2d(prng.normals(count * 60), [count, 60]), scales) as tf.Tensor2D
    return tf.matMul(scores, tf.tensor2d(prng.normals(60 * dim), [60, dim])) as tf.Tensor2D
  })
  const gram = tf.tidy(() => tf.div(tf.matMul(x, x, false, true), count) as tf.Tensor2D)
  const exact = await symmetricEigen(gram)
  const { values, rows } = await principalDirections(x, rank)
  const [seen, products] = tf.tidy(() => [
    tf.div(tf.sum(tf.square(tf.matMul(x, rows, false, true))), count),
    tf.sub(tf.matMul(rows, rows, false, true), tf.eye(rank)),
  ])
  const best = exact.values.subarray(0, rank).reduce((sum, value) => sum + value, 0)
  expect((await seen.data())[0] / best).toBeGreaterThan(0.999)
  expect(values[0] / exact.values[0]).toBeCloseTo(1, 3)
  for (const value of await products.data()) expect(Math.abs(value)).toBeLessThan(1e-4)
  tf.dispose([x, gram, rows, seen, products])
})

describe('the start within classes', () => {
  it('whitens what differs inside the classes, and keeps the mean energy', async () => {
    // Two classes that differ in the first number; the second varies much inside both, the third little.
    const prng = Prng.fromSeed(5)
    const labels = Array.from({ length: 400 }, (_, i) => i % 2)
    const data = Float32Array.from(
      labels.flatMap((label) => [label * 2 - 1 + 0.1 * prng.normal(), 5 * prng.normal(), 0.1 * prng.normal()]),
    )
    const features = { data, shape: [400, 3] as [number, number] }
    const layer = await mahalanobis({ dim: 3, rank: 3, form: 'low-rank', init: 'within', features, labels })
    const [matrix, mapped] = tf.tidy(() => [layer.matrix(), layer.apply(tf.tensor2d(data, [400, 3]))])
    const m = await matrix.data()
    const energy = (values: Iterable<number>) => [...values].reduce((sum, x) => sum + x * x, 0)
    expect(energy((await mapped.data()) as Float32Array) / energy(data)).toBeCloseTo(1, 3)
    tf.dispose([matrix, mapped])
    // M is inverse to S + 2·tr(S)/3·I with S = diag(0.01, 25, 0.01), up to its scale.
    const ridge = (2 * 25.02) / 3
    expect(m[0] / m[4]).toBeCloseTo((25 + ridge) / (0.01 + ridge), 0)
    expect(Math.abs(m[1] / m[0])).toBeLessThan(0.05)
    layer.dispose()
    await expect(mahalanobis({ dim: 3, rank: 3, form: 'low-rank', init: 'within', features })).rejects.toThrow(
      /labels: expected labels for init within, received none/,
    )
  })
})

describe('collaborativeLoss', () => {
  it('has the gradients of its value by L, log λ and the log weights of every part of the rule', async () => {
    const layer = await mahalanobis({ dim: 12, rank: 4, init: 'random', prng: Prng.fromSeed(8) })
    const weights = { residual: 0.6, mean: 2, ridge: 3 }
    const parameters = metricParameters(layer, { lambda: 1.2, weights, unitLength: true })
    const dictionary = tf.tensor2d(train.features.data, [48, 12])
    const groups = Int32Array.from({ length: 48 }, (_, i) => i % 24)
    const loss = () =>
      collaborativeLoss({
        queries: tf.slice(dictionary, [0, 0], [8, 12]),
        labels: train.labels.slice(0, 8),
        dictionary,
        dictionaryLabels: tf.tensor1d(train.labels, 'int32'),
        groups: { queries: groups.subarray(0, 8), dictionary: groups },
        parameters,
      })
    const variables = [...parameters.variables.values()]
    expect(variables).toHaveLength(5)
    const { grads, value } = tf.tidy(() => tf.variableGrads(loss, variables))
    const valueAt = async (variable: tf.Variable, index: number, change: number) => {
      const held = await variable.data()
      const moved = Float32Array.from(held)
      moved[index] += change
      tf.tidy(() => variable.assign(tf.tensor(moved, variable.shape)))
      const value = tf.tidy(loss)
      const [number] = await value.data()
      value.dispose()
      tf.tidy(() => variable.assign(tf.tensor(Float32Array.from(held), variable.shape)))
      return number
    }
    for (const variable of variables) {
      const analytic = await grads[variable.name].data()
      const index = analytic.length > 1 ? 17 : 0
      const step = 2e-2
      const numeric = ((await valueAt(variable, index, step)) - (await valueAt(variable, index, -step))) / (2 * step)
      expect(Math.abs(analytic[index] - numeric)).toBeLessThan(1e-2 * Math.max(Math.abs(numeric), 0.05))
    }
    tf.dispose([grads, value, dictionary])
    parameters.dispose()
  })

  it('refuses a query whose class would be left empty', async () => {
    const rows = tf.tensor2d(train.features.data.subarray(0, 60), [5, 12])
    const layer = await mahalanobis({ dim: 12 })
    const weights = { residual: 1, mean: 0, ridge: 0 }
    const parameters = metricParameters(layer, { lambda: 1, weights, unitLength: false })
    const input = {
      queries: rows,
      labels: [0, 1, 2, 3, 0],
      dictionary: rows,
      dictionaryLabels: [0, 1, 2, 3, 0],
      groups: { queries: [0, 1, 2, 3, 4], dictionary: [0, 1, 2, 3, 4] },
      parameters,
    }
    expect(() => tf.tidy(() => collaborativeLoss(input))).toThrow(/class 1: expected samples of two or more groups/)
    rows.dispose()
    parameters.dispose()
  })
})
