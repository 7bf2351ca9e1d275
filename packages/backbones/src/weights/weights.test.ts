import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HostTensor, writeSafetensors } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createBackbone, defineBackbone } from '../index.ts'
import { convolution } from '../layers/convolution/convolution.ts'
import { dense } from '../layers/dense.ts'
import { imagenetBgr, imagenetRgb } from '../preprocessing.ts'
import { hashedNumbers } from '../testing/hashed-numbers.ts'
import { relativeError } from '../testing/relative-error.ts'
import { kerasDialect, torchDialect } from './naming.ts'

const names = { conv: { layer: 'features.0', norm: 'features.1' }, fc: { layer: 'head' } }
const unit = (of: string) => names[of as keyof typeof names]

const small = defineBackbone({
  name: 'small',
  title: 'Small',
  paper: 'none',
  inputSize: 4,
  minimumSize: 2,
  blocks: [
    { name: 'conv', size: 2, plan: convolution('conv', { filters: 2, stride: 2, norm: true }) },
    { name: 'fc', size: 5, plan: dense('fc', { units: 5, side: 2 }), fixedInput: true },
  ],
  defaultLayer: 'fc',
  dialect: torchDialect,
  preprocessing: imagenetRgb,
  namings: [
    {
      name: 'torch',
      framework: 'torch',
      dialect: torchDialect,
      preprocessing: imagenetRgb,
      unit,
      classifier: /^top\./,
    },
    {
      name: 'keras',
      framework: 'keras',
      dialect: kerasDialect,
      preprocessing: imagenetBgr,
      unit: (of) => ({ layer: of, norm: `${of}_bn` }),
      classifier: /^top\//,
    },
  ],
  weights: {},
})

const tensor = (name: string, ...shape: number[]): [string, HostTensor] => [
  name,
  {
    shape,
    data: hashedNumbers(
      name,
      shape.reduce((a, b) => a * b, 1),
    ),
  },
]

const torchTensors = (): [string, HostTensor][] => [
  tensor('features.0.weight', 2, 3, 3, 3),
  tensor('features.1.weight', 2),
  tensor('features.1.bias', 2),
  tensor('features.1.running_mean', 2),
  ['features.1.running_var', { shape: [2], data: Float32Array.of(1, 2) }],
  ['features.1.num_batches_tracked', { shape: [], data: BigInt64Array.of(7n) }],
  tensor('head.weight', 5, 2 * 2 * 2),
  tensor('head.bias', 5),
  tensor('top.weight', 9, 5),
]

let folder: string
let path: string
beforeAll(async () => {
  await loadEngine()
  folder = await mkdtemp(join(tmpdir(), 'weights-'))
})
beforeEach(() => {
  path = join(folder, 'small.safetensors')
})
afterAll(() => rm(folder, { recursive: true }))

const images = () =>
  tf.tensor4d(
    hashedNumbers('images', 48).map((x) => Math.floor(128 + 100 * x)),
    [1, 4, 4, 3],
  )

describe('a file in PyTorch layout', () => {
  test('computes what PyTorch would: OIHW kernels, symmetric padding, dense layers over maps flattened channels first', async () => {
    await writeSafetensors(path, torchTensors())
    const backbone = await createBackbone(small, { weights: path })
    const t = new Map(torchTensors().map(([name, { data }]) => [name, Array.from(data as Float32Array, Number)]))
    const input = await images().data()
    const { mean, deviation } = imagenetRgb
    const pixel = (y: number, x: number, c: number) =>
      y < 0 || x < 0 || y > 3 || x > 3 ? 0 : (input[(y * 4 + x) * 3 + c] - mean[c]) / deviation[c]
    const flat: number[] = []
    for (let o = 0; o < 2; o++) {
      for (let y = 0; y < 2; y++) {
        for (let x = 0; x < 2; x++) {
          let sum = 0
          for (let c = 0; c < 3; c++)
            for (let i = 0; i < 3; i++)
              for (let j = 0; j < 3; j++)
                sum +=
                  pixel(2 * y + i - 1, 2 * x + j - 1, c) * t.get('features.0.weight')![((o * 3 + c) * 3 + i) * 3 + j]
          const centred =
            (sum - t.get('features.1.running_mean')![o]) / Math.sqrt(t.get('features.1.running_var')![o] + 1e-5)
          flat.push(Math.max(0, centred * t.get('features.1.weight')![o] + t.get('features.1.bias')![o]))
        }
      }
    }
    const expected = t
      .get('head.bias')!
      .map((bias, o) => Math.max(0, bias + flat.reduce((sum, v, i) => sum + v * t.get('head.weight')![o * 8 + i], 0)))
    expect(relativeError(await backbone.features(images()).data(), expected)).toBeLessThan(1e-5)
    backbone.dispose()
  })

  test('is refused with one error that lists all that is missing, misshapen and surplus', async () => {
    const tensors = torchTensors().filter(([name]) => name !== 'head.bias' && name !== 'features.1.running_mean')
    tensors[0] = tensor('features.0.weight', 2, 3, 5, 5)
    await writeSafetensors(path, [...tensors, tensor('extra.weight', 1)])
    const refused = expect(createBackbone(small, { weights: path })).rejects
    await refused.toThrow(
      /2 missing: features\.1\.running_mean \[2\], head\.bias \[5\]; 1 misshapen: features\.0\.weight \[2,3,5,5\] instead of \[2,3,3,3\]; 1 surplus: extra\.weight/,
    )
  })

  test('may hold later layers than the one that is used, and the classifier', async () => {
    await writeSafetensors(path, torchTensors())
    const backbone = await createBackbone(small, { weights: path, layers: ['conv'] })
    expect(backbone.featureSize).toBe(2)
    backbone.dispose()
  })

  test('of another network is refused with the names that were looked for', async () => {
    await writeSafetensors(path, [tensor('something.weight', 2)])
    await expect(createBackbone(small, { weights: path })).rejects.toThrow(/features\.0\.weight \(torch\).*something/)
  })
})

describe('a file in Keras layout', () => {
  const keras = (): [string, HostTensor][] => [
    tensor('conv/kernel', 3, 3, 3, 2),
    tensor('conv/bias', 2),
    tensor('fc/kernel', 8, 5),
    tensor('fc/bias', 5),
  ]

  test('with folded batch norm and a stated input computes as it says', async () => {
    await writeSafetensors(path, keras(), { input: '(RGB 0..255 - 100) * 0.5' })
    const backbone = await createBackbone(small, { weights: path, layers: ['conv'] })
    expect(backbone.preprocessingId).toBe('rgb-[100,100,100]/[2,2,2]')
    const [[, kernel], [, bias]] = keras()
    const expected = tf.tidy(() => {
      const x = tf.mul(tf.sub(images(), 100), 0.5) as tf.Tensor4D
      const y = tf.conv2d(x, tf.tensor4d(kernel.data as Float32Array, [3, 3, 3, 2]), 2, 'same')
      return tf.mean(tf.relu(tf.add(y, tf.tensor1d(bias.data as Float32Array))), [1, 2])
    })
    expect(relativeError(await backbone.features(images()).data(), await expected.data())).toBeLessThan(1e-5)
    backbone.dispose()
  })

  test('may be a TensorFlow.js model.json with its shards', async () => {
    await writeSafetensors(path, keras())
    const entries = keras()
    const bytes = Buffer.concat(entries.map(([, { data }]) => Buffer.from(data.buffer)))
    const weights = entries.map(([name, { shape }]) => ({ name, shape, dtype: 'float32' }))
    const model = join(folder, 'model.json')
    await writeFile(join(folder, 'a.bin'), bytes.subarray(0, 100))
    await writeFile(join(folder, 'b.bin'), bytes.subarray(100))
    await writeFile(model, JSON.stringify({ weightsManifest: [{ paths: ['a.bin', 'b.bin'], weights }] }))
    const [a, b] = [await createBackbone(small, { weights: path }), await createBackbone(small, { weights: model })]
    expect(await b.features(images()).data()).toEqual(await a.features(images()).data())
    await rm(join(folder, 'b.bin'))
    await expect(createBackbone(small, { weights: model })).rejects.toThrow(/b\.bin/)
    await writeFile(model, '{}')
    await expect(createBackbone(small, { weights: model })).rejects.toThrow(/weightsManifest/)
    a.dispose()
    b.dispose()
  })
})

test('options that cannot be are refused with those that can', async () => {
  const refused = (name: string, options: object) =>
    expect(createBackbone(name, { weights: 'none', ...options })).rejects
  await refused('resnet81', {}).toThrow(/Did you mean resnet18/)
  await refused('vgg19', { layers: ['fc8'] }).toThrow(/Did you mean fc6/)
  await refused('vgg19', { inputSize: 256 }).toThrow(/224, as fc6 needs it/)
  await refused('resnet18', { inputSize: 16 }).toThrow(/at least 32/)
  await refused('resnet18', { weights: 'tv_in2k' }).toThrow(/Did you mean tv_in1k/)
  await refused('resnet18', { layers: ['layer1'], freeze: 'layer3' }).toThrow(/after the feature layer/)
  await refused('tiny_vgg', { dropout: 1 }).toThrow(/below 1/)
})
