import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataError, InputError, readSafetensors } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sideBySide } from '../feature-parts.ts'
import { averagePool, type GlobalPool, maximumPool } from '../pools.ts'
import { minusOneToOne } from '../preprocessing.ts'
import { hashedNumbers } from '../testing/hashed-numbers.ts'
import { relativeError } from '../testing/relative-error.ts'
import { fromGraphModel } from './graph-model.ts'
import { fromLayersModel } from './layers-model.ts'
import { onnxFeatures } from './onnx.ts'
import { isOwnNetwork, openOwnNetwork } from './open-own-network.ts'

const SIDE = 64
const at = (name: string) => fileURLToPath(new URL(`../testdata/${name}`, import.meta.url))
let folder: string
let images: tf.Tensor4D

beforeAll(async () => {
  await loadEngine()
  folder = await mkdtemp(join(tmpdir(), 'adapters-'))
  const pixels = hashedNumbers('photographs', 2 * SIDE * SIDE * 3).map((x) => Math.floor(128 + 127 * x))
  images = tf.tensor4d(pixels, [2, SIDE, SIDE, 3])
})
afterAll(() => rm(folder, { recursive: true }))

/** A model of Keras-like layers, for images of −1..1. */
function layersModel(): tf.Sequential {
  const { conv2d, batchNormalization, globalAveragePooling2d } = tf.layers
  return tf.sequential({
    name: 'mine',
    layers: [
      conv2d({ name: 'conv', inputShape: [SIDE, SIDE, 3], filters: 4, kernelSize: 3, strides: 4, activation: 'relu' }),
      batchNormalization({ name: 'norm' }),
      globalAveragePooling2d({ name: 'pool', dataFormat: 'channelsLast' }),
    ],
  })
}

/** Writes a model as the converter does, and gives the path of its `model.json`. */
async function written(model: tf.LayersModel, name: string): Promise<string> {
  let path = ''
  await model.save(
    tf.io.withSaveHandler(async ({ weightData, weightSpecs, ...rest }) => {
      path = join(folder, name)
      await writeFile(join(folder, 'weights.bin'), new Uint8Array(weightData as ArrayBuffer))
      const weightsManifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
      await writeFile(path, JSON.stringify({ format: 'layers-model', ...rest, weightsManifest }))
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    }),
  )
  return path
}

describe('fromLayersModel', () => {
  test('gives the features of the model, also of a map before its end, which is pooled', async () => {
    const model = layersModel()
    const whole = await fromLayersModel(model, { preprocessing: minusOneToOne })
    const map = await fromLayersModel(model, { layers: ['norm'], preprocessing: minusOneToOne })
    const expected = model.predict(tf.sub(tf.div(images, 127.5), 1)) as tf.Tensor
    for (const { features, featureSize } of [whole, map]) {
      expect(featureSize).toBe(4)
      expect(relativeError(await features(images).data(), await expected.data())).toBeLessThan(1e-5)
    }
    expect([whole.record.name, whole.layer, map.layer, whole.inputSize]).toEqual(['mine', 'pool', 'norm', SIDE])
    model.dispose()
  })

  test('puts several layers and pools side by side', async () => {
    const model = layersModel()
    const options = { preprocessing: minusOneToOne }
    const pools = [averagePool, maximumPool]
    const several = await fromLayersModel(model, { ...options, layers: ['pool', 'norm', 'conv'], pools })
    const parts: tf.Tensor2D[] = []
    for (const [layer, pool] of [
      ['pool', averagePool],
      ...['norm', 'conv'].flatMap((layer) => pools.map((pool) => [layer, pool])),
    ] as [string, GlobalPool][]) {
      const single = await fromLayersModel(model, { ...options, layers: [layer], pools: [pool] })
      parts.push(await single.features(images))
    }
    const expected = sideBySide(parts)
    const together = await several.features(images)
    expect(together.shape).toEqual([2, several.featureSize])
    expect(await together.data()).toEqual(await expected.data())
    await expect(fromLayersModel(model, { layers: ['norm', 'norm'] })).rejects.toThrow(/norm twice/)
    model.dispose()
  })

  test('can be trained', async () => {
    const backbone = await fromLayersModel(layersModel())
    const trained = [...backbone.variables.values()].filter(({ trainable }) => trainable)
    expect(trained).toHaveLength(4) // a kernel and a bias, γ and β
    const loss = () => tf.sum(tf.square(backbone.forward(backbone.preprocess(images), { training: true }))) as tf.Scalar
    const { grads } = tf.variableGrads(loss, trained)
    const sizes = await Promise.all(trained.map(({ name }) => tf.max(tf.abs(grads[name])).data()))
    // Batch norm takes away what the bias before it adds only where it normalises by the batch; β always moves.
    expect(sizes.filter(([size]) => size > 0).length).toBeGreaterThanOrEqual(3)
    backbone.dispose()
  })

  test('refuses a layer that the model has not, and one that gives no features', async () => {
    await expect(fromLayersModel(layersModel(), { layers: ['nrom'] })).rejects.toThrow(/Did you mean norm/)
    const model = tf.sequential({ layers: [tf.layers.reshape({ inputShape: [8, 8, 3], targetShape: [8, 24] })] })
    await expect(fromLayersModel(model)).rejects.toThrow(InputError)
  })
})

/** [B, 8, 8, 3] → conv → map → mean, as a graph. */
function graphModel(): Promise<tf.GraphModel> {
  const float = { type: 'DT_FLOAT' }
  const ints = (...i: number[]) => ({ list: { i: i.map(String) } })
  const shape = { shape: { dim: [-1, 8, 8, 3].map((size) => ({ size: String(size) })) } }
  const node = [
    { name: 'images', op: 'Placeholder', attr: { dtype: float, shape } },
    { name: 'kernel', op: 'Const', attr: { dtype: float } },
    { name: 'axes', op: 'Const', attr: { dtype: { type: 'DT_INT32' } } },
    {
      name: 'conv',
      op: 'Conv2D',
      input: ['images', 'kernel'],
      attr: {
        T: float,
        strides: ints(1, 2, 2, 1),
        dilations: ints(1, 1, 1, 1),
        padding: { s: btoa('SAME') },
        data_format: { s: btoa('NHWC') },
      },
    },
    { name: 'mean', op: 'Mean', input: ['conv', 'axes'], attr: { T: float, keep_dims: { b: false } } },
  ]
  const kernel = hashedNumbers('kernel', 3 * 3 * 3 * 5)
  const weightData = new Uint8Array([...new Uint8Array(kernel.buffer), 1, 0, 0, 0, 2, 0, 0, 0]).buffer
  return tf.loadGraphModel(
    tf.io.fromMemory({
      modelTopology: { node, versions: { producer: 1087 } },
      format: 'graph-model',
      weightSpecs: [
        { name: 'kernel', shape: [3, 3, 3, 5], dtype: 'float32' },
        { name: 'axes', shape: [2], dtype: 'int32' },
      ],
      weightData,
    }),
  )
}

describe('fromGraphModel', () => {
  test('gives the features of its output and of a map in it, and is trained where that is asked for', async () => {
    const small = tf.image.resizeBilinear(images, [8, 8])
    const backbone = await fromGraphModel(await graphModel(), { name: 'graph', trainable: true })
    const map = await fromGraphModel(await graphModel(), { layers: ['conv'] })
    const both = await fromGraphModel(await graphModel(), { layers: ['mean', 'conv'] })
    const kernel = tf.tensor4d(hashedNumbers('kernel', 3 * 3 * 3 * 5), [3, 3, 3, 5])
    const expected = tf.mean(tf.conv2d(backbone.preprocess(small), kernel, 2, 'same'), [1, 2])
    for (const { features } of [backbone, map]) {
      expect(relativeError(await features(small).data(), await expected.data())).toBeLessThan(1e-5)
    }
    const twice = await sideBySide([expected, expected] as tf.Tensor2D[]).data()
    expect(relativeError(await both.features(small).data(), twice)).toBeLessThan(1e-5)
    expect(map.variables.size).toBe(0)
    expect([...backbone.variables.keys()]).toEqual(['kernel'])
    const [variable] = backbone.variables.values()
    const { grads } = tf.variableGrads(() => tf.sum(tf.square(backbone.features(small))), [variable])
    const reference = tf.grad((k) =>
      tf.sum(tf.square(tf.mean(tf.conv2d(backbone.preprocess(small), k as tf.Tensor4D, 2, 'same'), [1, 2]))),
    )(kernel)
    expect(relativeError(await grads[variable.name].data(), await reference.data())).toBeLessThan(1e-4)
    backbone.dispose()
    map.dispose()
    both.dispose()
  })
})

describe('onnxFeatures', () => {
  test.each([{}, { layers: ['layer4'] }])('equals the network that was exported, %o', async (options) => {
    const network = await onnxFeatures(at('tiny-resnet.onnx'), { ...options, inputSize: SIDE })
    const golden = await readSafetensors(at('tiny-resnet.safetensors'))
    const features = await network.features(images)
    // The golden's feature is the mean of its map.
    const expected = golden.tensors.get('features')!.data as Float32Array
    expect(features.shape).toEqual([2, network.featureSize])
    expect(relativeError(await features.data(), expected)).toBeLessThan(1e-5)
    expect(network.weightsId).toMatch(/^[0-9a-f]{64}$/)
    network.dispose()
  })

  test('puts several outputs and pools side by side', async () => {
    const several = { layers: ['layer4', 'features'], pools: [averagePool, maximumPool], inputSize: SIDE }
    const network = await onnxFeatures(at('tiny-resnet.onnx'), several)
    const singles = await Promise.all(
      [{ layers: ['layer4'] }, { layers: ['layer4'], pools: [maximumPool] }, { layers: ['features'] }].map((options) =>
        onnxFeatures(at('tiny-resnet.onnx'), { ...options, inputSize: SIDE }),
      ),
    )
    const parts = await Promise.all(singles.map((single) => single.features(images)))
    expect(await (await network.features(images)).data()).toEqual(await sideBySide(parts).data())
    for (const each of [network, ...singles]) each.dispose()
  })

  test('refuses an output that the file has not, and a file that is none', async () => {
    await expect(onnxFeatures(at('tiny-resnet.onnx'), { layers: ['layer9'] })).rejects.toThrow(/features, layer4/)
    await expect(onnxFeatures(at('tiny-resnet.onnx'), { inputSize: 32 })).rejects.toThrow(/64, the only size/)
    await expect(onnxFeatures(at('tiny-resnet.safetensors'))).rejects.toThrow(DataError)
    await expect(onnxFeatures(at('nowhere.onnx'))).rejects.toThrow(/ENOENT/)
  })
})

describe('openOwnNetwork', () => {
  test('opens a model.json or an ONNX file by its path', async () => {
    const path = await written(layersModel(), 'mine.json')
    const names = [path, at('tiny-resnet.onnx')]
    for (const name of names) {
      expect(isOwnNetwork(name)).toBe(true)
      const network = await openOwnNetwork(name)
      expect(['mine', 'tiny-resnet']).toContain(network.record.name)
      network.dispose()
    }
    expect(isOwnNetwork('vgg19')).toBe(false)
  })

  test('says what is wrong with a file that is no network', async () => {
    const path = join(folder, 'other.json')
    await writeFile(path, '{}')
    await expect(openOwnNetwork(path)).rejects.toThrow(DataError)
  })
})
