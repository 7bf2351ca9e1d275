import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, Prng } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { loadModel, saveModel } from '../files.ts'
import type { Classifier } from '../fitting/define-method.ts'
import { modelFromBytes, modelToBytes } from '../model/bytes.ts'
import { modelClasses, modelWidth } from '../model/model.ts'
import { openModel } from '../model/open.ts'
import { predict, scores } from '../model/predict.ts'
import { deserialise, serialise } from '../model/serialise.ts'
import { takeRows } from '../samples/matrix.ts'
import goldens from '../testdata/goldens.json' with { type: 'json' }
import { expectClose, matrix, onCpuWithoutLeaks } from '../testdata/references.ts'
import { methods } from './methods.ts'

const features = matrix(goldens.features)
const queries = matrix(goldens.queries)
const { labels } = goldens
const CLASSES = 4
const names = ['a', 'b', 'c', 'd']

/** Options that make a method quick, or leave out what is random on purpose. */
const QUICK: Readonly<Record<string, Record<string, unknown>>> = {
  dmlCrcGradient: { steps: 5, rank: 6, noise: 0, meanWeight: 1, ridgeWeight: 1 },
  dmlProCrc: { steps: 5, rank: 6, noise: 0 },
  softmax: { weightDecay: 1e-3 },
  ranPac: { width: 64 },
  nca: { steps: 20 },
  lmnn: { steps: 20 },
}
const make = (name: string, options: Record<string, unknown> = {}): Classifier =>
  methods.find((method) => method.name === name)!.make({ ...QUICK[name], ...options })

let folder: string
onCpuWithoutLeaks()
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'models-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs `work` with an engine whose operation number `at` fails; gives how many there were. */
async function failingAt(operation: 'runKernel' | 'read', at: number, work: () => Promise<unknown>): Promise<number> {
  const engine = tf.engine()
  const original = engine[operation].bind(engine) as (...args: unknown[]) => never
  let calls = 0
  const spy = vi.spyOn(engine, operation).mockImplementation((...args: unknown[]) => {
    // An identity only counts a reference: it cannot fail.
    if (args[0] !== 'Identity' && ++calls === at) throw new Error('out of memory')
    return original(...args)
  })
  try {
    await work()
    return calls
  } finally {
    spy.mockRestore()
  }
}

/** At most `most` of the numbers 1 … count, evenly. */
const spread = (count: number, most: number) =>
  Array.from({ length: Math.min(count, most) }, (_, i) => 1 + Math.floor((i * count) / Math.min(count, most)))

describe.each(methods.map((method) => [method.name, method] as const))('%s', (name, method) => {
  it('is documented: a label, a paper, and a description and a default or absence of each option', () => {
    expect(method.label).not.toBe('')
    expect(method.paper.length).toBeGreaterThan(20)
    for (const [key, option] of Object.entries(method.options.shape)) {
      expect((option as { description?: string }).description, key).toBeTruthy()
    }
    for (const key of Object.keys(method.grid)) expect(Object.keys(method.options.shape)).toContain(key)
  })

  it('gives a class and a score of each class, distributions, and the same for batches of any size', async () => {
    const model = await make(name).fit(features, labels, { classNames: names })
    expect([modelWidth(model), modelClasses(model), model.classNames]).toEqual([8, CLASSES, names])
    const said = await predict(model, queries)
    const [count] = queries.shape
    expect(said.scores.shape).toEqual([count, CLASSES])
    for (let i = 0; i < count; i++) {
      const row = said.scores.data.subarray(i * CLASSES, (i + 1) * CLASSES)
      expect(said.labels[i]).toBe(row.indexOf(Math.max(...row)))
      const sum = said.probabilities.data.subarray(i * CLASSES, (i + 1) * CLASSES).reduce((a, b) => a + b)
      expect(sum).toBeCloseTo(1, 5)
      const { scores: alone } = await predict(model, takeRows(queries, [i]))
      expectClose(alone.data, row, 1e-4)
    }
    if (model.decision.kind === 'robust') return
    const tensor = tf.tidy(() => scores(model, tf.tensor2d(queries.data, [...queries.shape])))
    expectClose(await tensor.data(), said.scores.data, 1e-6)
    tensor.dispose()
  })

  it('does not depend on the order of the samples, and follows a renaming of the classes', async () => {
    // What draws at random, or chooses by folds, sees other draws in another order.
    if (['dmlCrc', 'dmlCrcGradient', 'dmlProCrc', 'linearSvm'].includes(name)) return
    const order = Prng.fromSeed(3).shuffle(labels.keys())
    const place = [2, 0, 3, 1]
    const first = await predict(await make(name).fit(features, labels), queries)
    const renamed = order.map((i) => place[labels[i]])
    const second = await predict(await make(name).fit(takeRows(features, order), renamed), queries)
    const back = Float32Array.from(first.scores.data, (_, at) => {
      const [i, c] = [Math.floor(at / CLASSES), at % CLASSES]
      return second.scores.data[i * CLASSES + place[c]]
    })
    expectClose(back, first.scores.data, 2e-3)
  })

  it('is saved and loaded whole, and a damaged file is refused', async () => {
    const model = {
      ...(await make(name).fit(features, labels, { classNames: names })),
      calibration: { temperature: 2 },
    }
    const file = join(folder, `${name}.safetensors`)
    await saveModel(file, model)
    const loaded = await loadModel(file)
    expect(loaded).toEqual(model)
    expect(await predict(loaded, queries)).toEqual(await predict(model, queries))

    const { tensors, metadata } = serialise(model)
    const [largest] = [...tensors].sort(([, a], [, b]) => b.data.length - a.data.length)
    const spoilt = new Map(tensors).set(largest[0], { shape: [1, 1], data: Float32Array.of(1) })
    expect(() => deserialise({ tensors: spoilt, metadata }, 'spoilt')).toThrow(DataError)
    const notFinite = { ...largest[1], data: Float32Array.from(largest[1].data as Float32Array).fill(Number.NaN, 0, 1) }
    const withNaN = new Map(tensors).set(largest[0], notFinite)
    expect(() => deserialise({ tensors: withNaN, metadata }, 'spoilt')).toThrow(DataError)
    tensors.forEach((_, gone) => {
      const rest = new Map([...tensors].filter(([key]) => key !== gone))
      expect(() => deserialise({ tensors: rest, metadata }, 'spoilt'), gone).toThrow(DataError)
    })
    expect(modelFromBytes(modelToBytes(model))).toEqual(model)
  })

  it('refuses what it cannot use before any work', async () => {
    const classifier = make(name)
    const bad = { ...features, data: features.data.with(9, Number.NaN) }
    const rows = labels.length
    await expect(classifier.fit(bad, labels)).rejects.toThrow(/finite numbers, received NaN in row 1, column 1/)
    await expect(classifier.fit(features, labels.slice(1))).rejects.toThrow(`labels: expected ${rows}, received 23`)
    const from = (change: (c: number) => number) => labels.map(change)
    await expect(
      classifier.fit(
        features,
        from((c) => c + 1),
      ),
    ).rejects.toThrow(/no sample of class 0/)
    await expect(
      classifier.fit(
        features,
        from((c) => -c),
      ),
    ).rejects.toThrow(/integers from 0/)
    await expect(classifier.fit(features, labels, { classNames: ['a'] })).rejects.toThrow(/4 names, received 1/)
    const model = await classifier.fit(features, labels)
    await expect(predict(model, matrix([[1, 2]]))).rejects.toThrow(/rows of 8 numbers, received rows of 2/)
    expect(() => make(name, { unknwon: 1 })).toThrow(/Unknown key in options of/)
  })

  it('takes views of one image as one', async () => {
    const twice = takeRows(
      features,
      labels.flatMap((_, i) => [i, i]),
    )
    const groups = labels.flatMap((_, i) => [i, i])
    const both = await make(name).fit(
      twice,
      labels.flatMap((c) => [c, c]),
      { groups },
    )
    const once = await make(name).fit(features, labels)
    expectClose((await predict(both, queries)).scores.data, (await predict(once, queries)).scores.data, 2e-3)
  })

  it('leaves nothing on the engine when it fails, wherever that is', async () => {
    const fit = () => make(name).fit(features, labels)
    const before = tf.memory().numTensors
    for (const operation of ['runKernel', 'read'] as const) {
      const calls = await failingAt(operation, Number.POSITIVE_INFINITY, fit)
      for (const at of spread(calls, 8)) {
        await expect(failingAt(operation, at, fit)).rejects.toThrow('out of memory')
        expect(tf.memory().numTensors, `${operation} ${at} of ${calls} failed`).toBe(before)
      }
    }
  })

  it('opens once for many calls, and closes without a trace', async () => {
    const model = await make(name).fit(features, labels)
    const open = openModel(model)
    const [first, second] = [await open.predict(queries), await open.predict(queries)]
    expect(second).toEqual(first)
    open.dispose()
  })
})

describe('on wasm', () => {
  const said = async () => {
    const scores = new Map<string, Float32Array>()
    for (const { name } of methods) {
      const model = await make(name).fit(features, labels)
      scores.set(name, (await predict(model, queries)).scores.data)
    }
    return scores
  }
  let cpu: Map<string, Float32Array>
  beforeAll(async () => {
    cpu = await said()
    await loadEngine({ prefer: 'wasm' })
  })

  it('every method says the same as on cpu', async () => {
    for (const [name, scores] of await said()) expectClose(scores, cpu.get(name)!, name === 'dmlCrc' ? 1e-3 : 1e-4)
  })
})
