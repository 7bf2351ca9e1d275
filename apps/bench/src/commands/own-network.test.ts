import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readSafetensors } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import * as tf from '@tensorflow/tfjs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { asBackbone, openNetwork } from '../run/open-backbone.ts'
import { assign, commandIn, expectDone } from '../testdata/command.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-own-'))
afterAll(() => rmSync(folder, { recursive: true }))
const dmlCrc = commandIn(folder)

const images = assign('dataset.perClass={"train":2,"val":1,"test":1}', 'backbones.0.inputSize=32')
const methods = assign('methods=[{"method":"crc","options":{"lambda":0.3}}]', 'sweeps=[]', 'endToEnd=[]')
const onnx = fileURLToPath(new URL('../../../../packages/backbones/src/testdata/tiny-resnet.onnx', import.meta.url))

/** A `model.json` with its shard, as the converter of TensorFlow.js writes them. */
beforeAll(async () => {
  await loadEngine({ prefer: 'cpu' })
  const model = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [32, 32, 3], filters: 6, kernelSize: 3, strides: 2, activation: 'relu' }),
      tf.layers.globalAveragePooling2d({ dataFormat: 'channelsLast' }),
    ],
  })
  await model.save(
    tf.io.withSaveHandler(async ({ weightData, weightSpecs, modelTopology }) => {
      const weightsManifest = [{ paths: ['shard.bin'], weights: weightSpecs }]
      writeFileSync(join(folder, 'shard.bin'), new Uint8Array(weightData as ArrayBuffer))
      writeFileSync(
        join(folder, 'mine.json'),
        JSON.stringify({ format: 'layers-model', modelTopology, weightsManifest }),
      )
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } }
    }),
  )
})

describe('--backbone with the path of a network', () => {
  it('takes the features of a model.json', async () => {
    const model = join(folder, 'mine.json')
    const { files } = JSON.parse(
      expectDone(await dmlCrc.run('features', 'demo', ...images, '--backbone', model, '--json')),
    )
    const { tensors, metadata } = await readSafetensors(join(folder, files[0]))
    expect(tensors.get('features')!.shape).toEqual([40, 6])
    expect(metadata.backbone).toBe('mine')
  })

  it('runs an experiment on an ONNX file', async () => {
    expectDone(await dmlCrc.run('run', 'demo', ...images, ...methods, '--backbone', onnx, '--out', 'run'))
    const { rows } = JSON.parse(readFileSync(join(folder, 'run', 'results.json'), 'utf8'))
    expect(rows.map((row: { backbone: string }) => row.backbone)).toEqual(['tiny-resnet'])
  })
})

it('a network that only gives features is not trained', async () => {
  const network = await openNetwork({ name: onnx, weights: 'auto' })
  expect(() => asBackbone(network, 'endToEnd')).toThrow(/model\.json of your own/)
  await expect(openNetwork({ name: onnx, weights: 'none' })).rejects.toThrow(/leave weights out/)
  network.dispose()
})
