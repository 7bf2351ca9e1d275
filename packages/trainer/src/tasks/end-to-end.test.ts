import { mkdtemp, readdir, rm, truncate, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Backbone, createBackbone } from '@dml-crc/backbones'
import { InputError, Prng } from '@dml-crc/core'
import {
  centerCrop,
  createLoader,
  demo,
  drawDemo,
  type ImageRecord,
  mixup,
  randomResizedCrop,
  shuffled,
} from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { accuracy, predict as classify, collaborativeObjective } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { leakWatch } from '../callbacks/leak-watch.ts'
import { extractFeatures, extractToFile } from '../features/extract-features.ts'
import { FeatureFile } from '../features/feature-file.ts'
import { type FitOptions, fit } from '../fit.ts'
import { adamW } from '../optimizer/adamw.ts'
import { predict } from '../prediction/predict.ts'
import { readTensors } from '../snapshot.ts'
import { arcFaceTask } from './arc-face.ts'
import { dmlCrcTask } from './dml-crc.ts'
import { proxyNcaTask } from './proxy-nca.ts'
import { softmaxTask } from './softmax.ts'
import { tripletTask } from './triplet.ts'

const SIZE = 16
const center = centerCrop({ size: SIZE })
const CLASSES = 20

let folder: string
let train: readonly ImageRecord[]
let classes: readonly string[]

const newBackbone = (seed = 0): Promise<Backbone> =>
  createBackbone('tiny_vgg', { weights: 'none', seed, inputSize: SIZE })

beforeAll(async () => {
  await loadEngine({ prefer: 'wasm' })
  folder = await mkdtemp(join(tmpdir(), 'end-to-end-'))
  const root = join(folder, 'demo')
  await drawDemo(root, { perClass: { train: 3, val: 1, test: 1 }, size: 48 })
  const set = await demo(root)
  train = await set.split('train')
  classes = set.classes
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const options = (epochs: number, seed = 1): FitOptions => ({
  loader: createLoader(train, {
    batchSize: 16,
    transform: randomResizedCrop({ size: SIZE, scale: [0.8, 1] }),
    sampler: shuffled,
    prng: Prng.fromSeed(seed),
  }),
  epochs,
  optimizer: adamW(),
  learningRate: 3e-3,
})

describe('extractFeatures', () => {
  it('computes, keeps, and reads the same from the cache', async () => {
    const backbone = await newBackbone()
    const cacheFolder = join(folder, 'cache')
    const what = { backbone, records: train, transform: center, batchSize: 7 }
    const plain = await extractFeatures(what)
    const first = await extractFeatures({ ...what, cacheFolder })
    const second = await extractFeatures({ ...what, cacheFolder })
    expect([plain, first, second].map(({ fromCache }) => fromCache)).toEqual([false, false, true])
    expect(plain.features.shape).toEqual([train.length, backbone.featureSize])
    expect(first.features).toEqual(plain.features)
    expect(second.features).toEqual(plain.features)
    expect(second.labels).toEqual(Int32Array.from(train, ({ label }) => label))
    backbone.dispose()
  })

  it('has another key for other weights, layer, transform, views, order of images, or a changed image', async () => {
    const cacheFolder = join(folder, 'keys')
    const backbone = await newBackbone()
    const records = train.slice(0, 4)
    const base = { backbone, records, transform: center, cacheFolder }
    const other = await newBackbone(1)
    const lower = await createBackbone('tiny_vgg', { weights: 'none', layers: ['block2_pool'], inputSize: SIZE })
    const keys = [
      base,
      { ...base, backbone: other },
      { ...base, backbone: lower },
      { ...base, transform: centerCrop({ size: SIZE, resize: 48 }) },
      { ...base, views: 2 },
      { ...base, records: records.toReversed() },
    ].map(async (what) => (await extractToFile(what)).key)
    const all = await Promise.all(keys)
    tf.tidy(() => [...backbone.variables.values()][0].assign(tf.zeros([...backbone.variables.values()][0].shape)))
    all.push((await extractToFile(base)).key)
    await utimes(records[2].path, new Date(), new Date(5))
    all.push((await extractToFile(base)).key)
    expect(new Set(all).size).toBe(all.length)
    for (const { dispose } of [backbone, other, lower]) dispose()
  })

  it('extracts again, and says so, when the cached file is damaged', async () => {
    const backbone = await newBackbone()
    const what = { backbone, records: train.slice(0, 5), transform: center, cacheFolder: join(folder, 'damaged') }
    const { path } = await extractToFile(what)
    await truncate(path, 300)
    const notes: string[] = []
    const again = await extractFeatures({ ...what, onNote: (text) => notes.push(text) })
    expect(again.fromCache).toBe(false)
    expect(notes.join()).toMatch(/damaged and are extracted again/)
    expect((await extractFeatures(what)).fromCache).toBe(true)
    backbone.dispose()
  })

  it('lets two extractions of the same meet, and leaves one whole file', async () => {
    const backbone = await newBackbone()
    const cacheFolder = join(folder, 'two')
    const what = { backbone, records: train.slice(0, 20), transform: center, cacheFolder, batchSize: 5 }
    const [a, b] = await Promise.all([extractToFile(what), extractToFile(what)])
    expect(a.path).toBe(b.path)
    expect(await readdir(cacheFolder)).toHaveLength(1)
    await using file = await FeatureFile.open(a.path)
    await file.verify()
    backbone.dispose()
  })

  it('lays views one after another', async () => {
    const backbone = await newBackbone()
    const records = train.slice(0, 3)
    const once = await extractFeatures({ backbone, records, transform: center })
    const twice = await extractFeatures({ backbone, records, transform: center, views: 2 })
    expect(twice.features.shape[0]).toBe(6)
    expect(twice.features.data.subarray(once.features.data.length)).toEqual(once.features.data)
    backbone.dispose()
  })

  it('has another key for another state of the generator, where one draws the views', async () => {
    const backbone = await newBackbone()
    const transform = randomResizedCrop({ size: SIZE })
    const what = { backbone, records: train.slice(0, 3), transform, cacheFolder: join(folder, 'random') }
    const [one, other] = [
      await extractFeatures({ ...what, prng: Prng.fromSeed(1) }),
      await extractFeatures({ ...what, prng: Prng.fromSeed(2) }),
    ]
    expect(other.key).not.toBe(one.key)
    expect(other.features).not.toEqual(one.features)
    backbone.dispose()
  })

  it('refuses a transform of another size', async () => {
    const backbone = await newBackbone()
    const wrong = extractFeatures({ backbone, records: train, transform: centerCrop({ size: 40 }) })
    await expect(wrong).rejects.toThrow(InputError)
    backbone.dispose()
  })
})

const makers = {
  softmax: async (backbone: Backbone) => softmaxTask({ backbone, classes: CLASSES, prng: Prng.fromSeed(3) }),
  ArcFace: async (backbone: Backbone) =>
    arcFaceTask({ backbone, classes: CLASSES, prng: Prng.fromSeed(3), scale: 8, margin: 0.1 }),
  triplet: async (backbone: Backbone) => tripletTask({ backbone, records: train, transform: center }),
  'DML-CRC': async (backbone: Backbone) =>
    dmlCrcTask({
      backbone,
      records: train,
      transform: center,
      objective: await collaborativeObjective({
        dim: backbone.featureSize,
        rank: 32,
        init: 'random',
        prng: Prng.fromSeed(4),
        noise: 0.1,
        lambda: 0.3,
        temperature: 10,
        // A loss of spread targets cannot fall so far.
        smoothing: 0,
      }),
    }),
}

it.each([
  ['DML-CRC', makers['DML-CRC']],
  ['triplet', makers.triplet],
] as const)(
  'a model of %s of given samples is that of its training images, where they are the same',
  async (_, make) => {
    const backbone = await newBackbone()
    const task = await make(backbone)
    await fit(task, options(1))
    const { features, labels } = await extractFeatures({ backbone, records: train, transform: center })
    expect(await task.model({ features, labels })).toEqual(await task.model())
    const some = { data: features.data.slice(0, 40 * features.shape[1]), shape: [40, features.shape[1]] as const }
    const { decision } = await task.model({ features: some, labels: labels.slice(0, 40) })
    if (decision.kind === 'collaborative') expect(decision.dictionary.shape[0]).toBe(40)
    else expect(decision).not.toEqual((await task.model()).decision)
    task.dispose()
    backbone.dispose()
  },
)

describe.each(Object.entries(makers))('%s from scratch', (_, make) => {
  it('learns the training images, without leaking a tensor', async () => {
    const backbone = await newBackbone()
    const task = await make(backbone)
    const { history } = await fit(task, { ...options(8), callbacks: [leakWatch()] })
    expect(history[7].values.loss).toBeLessThan(0.8 * history[0].values.loss)
    const { features, labels } = await extractFeatures({ backbone, records: train, transform: center })
    const { labels: predicted } = await classify(await task.model(), features)
    expect(accuracy(predicted, labels)).toBeGreaterThan(0.3)
    task.dispose()
    backbone.dispose()
  })

  it('moves every variable that it says it trains', async () => {
    const backbone = await newBackbone()
    const task = await make(backbone)
    const trained = new Map(task.groups.flatMap(({ variables }) => [...variables]))
    const before = await readTensors(trained)
    await fit(task, options(1))
    const after = await readTensors(trained)
    const still = [...trained.keys()].filter((name) => String(before.get(name)!.data) === String(after.get(name)!.data))
    expect(still).toEqual([])
    task.dispose()
    backbone.dispose()
  })

  it('resumes bit for bit in the middle of an epoch', async () => {
    const run = async (name: string, stopAfter?: number) => {
      const backbone = await newBackbone()
      const task = await make(backbone)
      const controller = new AbortController()
      const stop = {
        name: 'stop',
        step: ({ step }: { step: number }) => void (step === stopAfter && controller.abort()),
      }
      const checkpoints = { folder: join(folder, task.name, name), resume: true }
      await fit(task, { ...options(2), checkpoints, callbacks: [stop], signal: controller.signal })
      const weights = await readTensors(task.variables)
      task.dispose()
      backbone.dispose()
      return weights
    }
    const whole = await run('whole')
    await run('parts', 6)
    expect(await run('parts')).toEqual(whole)
  })

  it('saves and restores where the dropout of the backbone stands', async () => {
    const [one, other] = [await newBackbone(1), await newBackbone(2)]
    const [task, resumed] = [await make(one), await make(other)]
    await task.start?.()
    await resumed.start?.()
    const snapshot = await task.save!()
    expect(await other.save()).not.toEqual(await one.save())
    await resumed.restore!({ ...snapshot, json: JSON.parse(JSON.stringify(snapshot.json)) })
    expect(await other.save()).toEqual(await one.save())
    for (const each of [task, resumed, one, other]) each.dispose()
  })
})

it('Proxy-NCA gives the class of the nearest proxy by angle', async () => {
  const backbone = await newBackbone()
  const task = proxyNcaTask({ backbone, classes: 3, prng: Prng.fromSeed(3), length: 2 })
  const proxies = (await task.variables.get('head/points')!.array()) as number[][]
  const turned = {
    data: Float32Array.from(proxies.toReversed().flat(), (value) => 7 * value),
    shape: [3, backbone.featureSize],
  }
  const { labels } = await classify(await task.model(), turned as { data: Float32Array; shape: [number, number] })
  expect([...labels]).toEqual([2, 1, 0])
  task.dispose()
  backbone.dispose()
})

it('predict names what files, folders and buffers show', async () => {
  const backbone = await newBackbone()
  const task = softmaxTask({ backbone, classes: CLASSES, prng: Prng.fromSeed(3), classNames: classes })
  const model = { backbone, transforms: [center], model: await task.model() }
  const { readFile } = await import('node:fs/promises')
  const [first] = train
  const [byPath, byBuffer] = await predict(model, [first.path, await readFile(first.path)], { top: 3 })
  expect(byPath.source).toBe(first.path)
  expect(byBuffer).toEqual({ ...byPath, source: 'buffer 0' })
  expect(byPath.top).toHaveLength(3)
  expect(byPath.top[0].className).toBe(byPath.className)
  expect(byPath.className).toBe(classes[byPath.label])
  const all = await predict(model, join(folder, 'demo'))
  expect(all.length).toBe(CLASSES * 5)
  await expect(predict(model, join(folder, 'nowhere'))).rejects.toThrow(/ENOENT/)
  await expect(predict(model, join(folder, 'cache'))).rejects.toThrow(/images in this folder/)
  task.dispose()
  backbone.dispose()
})

describe('mixed images', () => {
  const mixing = () =>
    createLoader(train, { batchSize: 16, transform: center, mix: mixup(), sampler: shuffled, prng: Prng.fromSeed(2) })

  it('the loss of softmax is the cross-entropy of the mixed labels', async () => {
    const backbone = await newBackbone()
    const task = softmaxTask({ backbone, classes: CLASSES, prng: Prng.fromSeed(0) })
    for await (const { images, shape, labels, indices, mixed } of mixing()) {
      const tensor = tf.tensor4d(images, shape, 'int32')
      const found = tf.tidy(() => task.loss({ images: tensor, labels, indices, mixed }).dataSync()[0])
      const expected = tf.tidy(() => {
        const [kernel, bias] = ['head/kernel', 'head/bias'].map((name) => task.variables.get(name)!)
        const features = backbone.forward(backbone.preprocess(tensor), { training: true })
        const scores = tf.add(tf.matMul(features, kernel as tf.Tensor2D), bias)
        const targets = tf.tensor2d(
          Array.from(labels, (label, i) => {
            const row = new Array<number>(CLASSES).fill(0)
            row[label] += mixed!.share
            row[mixed!.labels[i]] += 1 - mixed!.share
            return row
          }),
        )
        return tf.losses.softmaxCrossEntropy(targets, scores).dataSync()[0]
      })
      expect(found).toBeCloseTo(expected, 4)
      expect([...mixed!.labels]).toEqual([labels.at(-1), ...labels.subarray(0, -1)])
      tensor.dispose()
      break
    }
    task.dispose()
    backbone.dispose()
  })

  it('a task whose loss takes one label of an image refuses them', async () => {
    const backbone = await newBackbone()
    const task = proxyNcaTask({ backbone, classes: CLASSES, prng: Prng.fromSeed(0) })
    await expect(fit(task, { ...options(1), loader: mixing() })).rejects.toThrow(/whole images.*mixed images/)
    task.dispose()
    backbone.dispose()
  })
})
