import { execFile, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  averagePool,
  type Backbone,
  bilinearPool,
  createBackbone,
  defineBackbone,
  findBackbone,
  generalisedMeanPool,
  maximumPool,
} from '@dml-crc/backbones'
import { DataError, Prng } from '@dml-crc/core'
import { centerCrop, createLoader, demo, drawDemo, type ImageRecord, mirrored, shuffled } from '@dml-crc/datasets'
import { loadEngine } from '@dml-crc/engine'
import { predict as classify, collaborativeObjective } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { extractFeatures } from '../features/extract-features.ts'
import { fit } from '../fit.ts'
import { sgd } from '../optimizer/sgd.ts'
import { predict } from '../prediction/predict.ts'
import { dmlCrcTask } from '../tasks/dml-crc.ts'
import { softmaxTask } from '../tasks/softmax.ts'
import { exportModel } from './export-model.ts'
import { loadExport } from './image-model-file.ts'

const SIZE = 32
const CLASSES = 20
const transform = centerCrop({ size: SIZE })

let folder: string
let train: readonly ImageRecord[]
let classes: readonly string[]
let images: tf.Tensor4D

beforeAll(async () => {
  await loadEngine({ prefer: 'wasm' })
  folder = await mkdtemp(join(tmpdir(), 'export-'))
  const root = join(folder, 'demo')
  await drawDemo(root, { perClass: { train: 2, val: 1, test: 1 }, size: 48 })
  const set = await demo(root)
  train = await set.split('train')
  classes = set.classes
  const prng = Prng.fromSeed(3)
  images = tf.tensor4d(
    Float32Array.from({ length: 2 * SIZE * SIZE * 3 }, () => prng.int(256)),
    [2, SIZE, SIZE, 3],
  )
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const heads = {
  softmax: (backbone: Backbone) =>
    softmaxTask({ backbone, classes: CLASSES, prng: Prng.fromSeed(1), classNames: classes }),
  'DML-CRC, plain': (backbone: Backbone) => dml(backbone, 'plain'),
  'DML-CRC, ratio': (backbone: Backbone) => dml(backbone, 'ratio'),
  // Classes of 2 and of 6 images lie in two blocks.
  'DML-CRC, every part of the rule, classes of two sizes': (backbone: Backbone) => {
    const records = train.flatMap((record) => (record.label < 3 ? [record, record, record] : [record]))
    return dml(backbone, 'plain', { records, meanWeight: 2, ridgeWeight: 3 })
  },
}

async function dml(
  backbone: Backbone,
  rule: 'plain' | 'ratio',
  { records = train, ...parts }: { records?: readonly ImageRecord[]; meanWeight?: number; ridgeWeight?: number } = {},
) {
  const objective = await collaborativeObjective({
    dim: backbone.featureSize,
    rank: 24,
    init: 'random',
    prng: Prng.fromSeed(2),
    rule,
    ...parts,
  })
  const task = dmlCrcTask({ backbone, records, transform, objective, classNames: classes })
  await task.start?.()
  return task
}

describe.each(Object.entries(heads))('%s', (name, make) => {
  it('exported and loaded predicts the same, also as a tfjs model', async () => {
    const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE })
    const task = await make(backbone)
    const model = await task.model()
    const path = join(folder, name)
    const before = tf.memory().numTensors
    await exportModel(path, { backbone, model })
    expect(tf.memory().numTensors).toBe(before)

    const loaded = await loadExport(path)
    const files = train.slice(0, 6).map((record) => record.path)
    const own = await predict({ backbone, transforms: [transform], model }, files)
    const again = await predict(loaded, files)
    expect(again).toEqual(own)

    const features = backbone.features(images)
    const { scores } = await classify(loaded.model, features)
    const graph = await tf.loadGraphModel(tf.io.fromMemory(await readTfjs(join(path, 'tfjs'))))
    const outputs = graph.execute(images, ['features', 'scores']) as tf.Tensor[]
    expectClose(await outputs[0].data(), await features.data())
    expectClose(await outputs[1].data(), scores.data)
    tf.dispose([...outputs, features])
    graph.dispose()
    for (const one of [loaded.backbone, task, backbone]) one.dispose()
  })
})

const pools = [
  bilinearPool,
  generalisedMeanPool({ power: 2.5 }),
  generalisedMeanPool({ power: 2.5, learned: true }),
].map((pool) => [pool.name, pool] as const)

it.each(pools)('trains an earlier layer with the pool %s, exports and loads it', async (name, pool) => {
  const options = { weights: 'none', inputSize: SIZE, layers: ['block2_pool'], pools: [pool] }
  const backbone = await createBackbone('tiny_vgg', options)
  const task = await heads.softmax(backbone)
  const loader = createLoader(train, {
    batchSize: 8,
    transform,
    sampler: shuffled,
    prng: Prng.fromSeed(4),
  })
  await fit(task, { loader, epochs: 1, optimizer: sgd(), learningRate: 0.01 })
  if (pool.learned) {
    const [power] = await backbone.variables.get('pool/block2_pool/value')!.data()
    expect(power).toBeGreaterThan(0)
    expect(power).not.toBe(pool.learned)
  }
  const path = join(folder, name)
  await exportModel(path, { backbone, model: await task.model() })
  const loaded = await loadExport(path)
  const [features, expected] = [await loaded.backbone.features(images), backbone.features(images)]
  expectClose(await features.data(), await expected.data())
  const graph = await tf.loadGraphModel(tf.io.fromMemory(await readTfjs(join(path, 'tfjs'))))
  const traced = graph.execute(images, 'features') as tf.Tensor
  expectClose(await traced.data(), await expected.data())
  tf.dispose([features, expected, traced])
  graph.dispose()
  for (const one of [loaded.backbone, task, backbone]) one.dispose()
})

it('exports several layers and pools side by side, and loads them again', async () => {
  const layers = ['block4', 'block2_pool']
  const pools = [averagePool, maximumPool]
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE, layers, pools })
  const task = await heads.softmax(backbone)
  const path = join(folder, 'several')
  await exportModel(path, { backbone, model: await task.model() })
  const loaded = await loadExport(path)
  expect(loaded.backbone.layer).toBe(backbone.layer)
  const [features, expected] = [await loaded.backbone.features(images), backbone.features(images)]
  expect(await features.data()).toEqual(await expected.data())
  const graph = await tf.loadGraphModel(tf.io.fromMemory(await readTfjs(join(path, 'tfjs'))))
  const traced = graph.execute(images, 'features') as tf.Tensor
  expectClose(await traced.data(), await expected.data())
  await expect(loadExport(path, { pools: [averagePool] })).rejects.toThrow(/expected max, as the model/)
  tf.dispose([features, expected, traced])
  graph.dispose()
  for (const one of [loaded.backbone, task, backbone]) one.dispose()
})

it('loads a backbone from a record of your own, with a pool of your own', async () => {
  const pool = { ...averagePool, name: 'largest', apply: (map: tf.Tensor4D) => tf.max(map, [1, 2]) as tf.Tensor2D }
  const record = defineBackbone({ ...findBackbone('tiny_vgg'), name: 'mine' })
  const backbone = await createBackbone(record, { weights: 'none', inputSize: SIZE, pools: [pool] })
  const task = await heads.softmax(backbone)
  const path = join(folder, 'own')
  await exportModel(path, { backbone, model: await task.model() })
  await expect(loadExport(path)).rejects.toThrow(/record of your own/)
  await expect(loadExport(path, { backbone: record })).rejects.toThrow(/received «largest»/)
  await expect(loadExport(path, { backbone: findBackbone('tiny_vgg') })).rejects.toThrow(/mine, as the model/)
  const bringing = defineBackbone({ ...record, pool })
  for (const own of [{ backbone: record, pools: [pool] }, { backbone: bringing }]) {
    const loaded = await loadExport(path, own)
    const [features, expected] = [await loaded.backbone.features(images), backbone.features(images)]
    expectClose(await features.data(), await expected.data())
    for (const one of [features, expected, loaded.backbone]) one.dispose()
  }
  for (const one of [task, backbone]) one.dispose()
})

it('with `mirror`, takes the mean over an image and its mirror image, from files and as a tfjs model', async () => {
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE })
  const task = await heads.softmax(backbone)
  const path = join(folder, 'mirror')
  await exportModel(path, { backbone, model: await task.model(), resize: 40, mirror: true })
  const loaded = await loadExport(path)

  const records = train.slice(0, 6)
  const view = centerCrop({ size: SIZE, resize: 40 })
  const [plain, turned] = await Promise.all(
    [view, mirrored(view)].map((transform) => extractFeatures({ backbone, records, transform })),
  )
  const mean = plain.features.data.map((value, i) => (value + turned.features.data[i]) / 2)
  const own = await classify(await task.model(), { data: mean, shape: plain.features.shape })
  const predicted = await predict(
    loaded,
    records.map((record) => record.path),
    { top: 1 },
  )
  expect(predicted.map(({ label }) => label)).toEqual([...own.labels])
  expectClose(
    predicted.map(({ top }) => top[0].probability),
    [...own.labels].map((label, i) => own.probabilities.data[i * CLASSES + label]),
  )

  const graph = await tf.loadGraphModel(tf.io.fromMemory(await readTfjs(join(path, 'tfjs'))))
  const features = graph.execute(images, 'features') as tf.Tensor
  const expected = tf.tidy(() =>
    tf.mean(tf.stack([backbone.features(images), backbone.features(tf.reverse(images, 2))]), 0),
  )
  expectClose(await features.data(), await expected.data())
  tf.dispose([features, expected])
  graph.dispose()
  for (const one of [loaded.backbone, task, backbone]) one.dispose()
})

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>) {
  expect(a.length).toBe(b.length)
  const scale = Math.max(...Array.from(b, Math.abs))
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i]) / scale).toBeLessThan(1e-4)
}

/** What a browser would fetch. */
async function readTfjs(path: string): Promise<tf.io.ModelArtifacts> {
  const { modelTopology, signature, weightsManifest, format } = JSON.parse(
    await readFile(join(path, 'model.json'), 'utf8'),
  )
  const [{ paths, weights }] = weightsManifest
  const bytes = await readFile(join(path, paths[0]))
  return { modelTopology, signature, format, weightSpecs: weights, weightData: new Uint8Array(bytes).buffer }
}

const NATIVE = `
  import { readFile } from 'node:fs/promises'
  import { loadEngine } from '@dml-crc/engine'
  const { tf } = await loadEngine({ prefer: 'tfjs-node' })
  const [path, pixels] = process.argv.slice(1)
  const session = tf.backend().loadSavedModelMetaGraph(path, 'serve')
  const data = Float32Array.from(JSON.parse(await readFile(pixels, 'utf8')))
  const images = tf.tensor4d(data, [1, ${SIZE}, ${SIZE}, 3])
  const [scores] = tf.backend().runSavedModel(session, [images], [{ name: 'images:0' }], ['scores:0'])
  console.log(JSON.stringify(Array.from(await scores.data())))
`
const inNative = ['--conditions=@dml-crc/source', '--import', 'tsx', '--input-type=module', '-e']
const engineProbe = `import { loadEngine } from '@dml-crc/engine'; await loadEngine({ prefer: 'tfjs-node' })`
const here = new URL('.', import.meta.url)
const hasNative = spawnSync(process.execPath, [...inNative, engineProbe], { cwd: here }).status === 0

describe.skipIf(!hasNative)('saved_model (needs the native engine)', () => {
  it('predicts the same in TensorFlow itself', async () => {
    const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE })
    const task = await dml(backbone, 'plain')
    const path = join(folder, 'saved')
    await exportModel(path, { backbone, model: await task.model() })
    const image = tf.slice(images, 0, 1)
    const pixels = join(folder, 'pixels.json')
    await writeFile(pixels, JSON.stringify(Array.from(await image.data())))
    const features = backbone.features(image)
    const loaded = await loadExport(path)
    const { scores } = await classify(loaded.model, features)
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [...inNative, NATIVE, join(path, 'saved_model'), pixels],
      { cwd: here },
    )
    expectClose(JSON.parse(stdout.trim().split('\n').at(-1)!), scores.data)
    tf.dispose([image, features])
    for (const one of [loaded.backbone, task, backbone]) one.dispose()
  })
})

it('with several short sides, predicts by the mean over them and keeps the list', async () => {
  const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: SIZE })
  const task = await heads.softmax(backbone)
  const model = await task.model()
  const path = join(folder, 'sides')
  await exportModel(path, { backbone, model, resize: [36, 44], mirror: true })
  expect(JSON.parse(await readFile(join(path, 'export.json'), 'utf8')).resize).toEqual([36, 44])
  const files = train.slice(0, 6).map((record) => record.path)
  const middles = [36, 44].map((resize) => centerCrop({ size: SIZE, resize }))
  const transforms = middles.flatMap((middle) => [middle, mirrored(middle)])
  const loaded = await loadExport(path)
  expect(await predict(loaded, files)).toEqual(await predict({ backbone, model, transforms }, files))

  // One side is a number, for readers that look at one view.
  await exportModel(path, { ...loaded, resize: [36] })
  expect(JSON.parse(await readFile(join(path, 'export.json'), 'utf8')).resize).toBe(36)
  for (const one of [loaded.backbone, task, backbone]) one.dispose()
})

it('refuses a folder that holds no export', async () => {
  await expect(loadExport(join(folder, 'nowhere'))).rejects.toThrow(DataError)
})
