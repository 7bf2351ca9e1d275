import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, readSafetensors, writeSafetensors } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createBackbone, openOwnNetwork } from '../index.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'damaged-'))
  await loadEngine({ prefer: 'cpu' })
})
afterAll(() => rm(folder, { recursive: true }))

const open = (weights: string) => createBackbone('tiny_vgg', { weights, inputSize: 16 })

describe('weights that saveWeights wrote', () => {
  const preprocessing = { crop: 1, interpolation: 'bilinear', channels: 'rgb', mean: [0, 0, 0], deviation: [1, 1, 1] }
  test.each<[string, Record<string, string | undefined>]>([
    ['without a dialect', { dialect: undefined }],
    ['with a dialect that is no JSON', { dialect: '{' }],
    ['with a dialect that is null', { dialect: 'null' }],
    ['with an epsilon that is a text', { dialect: '{"padding":"same","epsilon":"1","momentum":0.1}' }],
    ['without a preprocessing', { preprocessing: undefined }],
    ['with two means', { preprocessing: JSON.stringify({ ...preprocessing, mean: [0, 0] }) }],
    ['with a deviation of zero', { preprocessing: JSON.stringify({ ...preprocessing, deviation: [0, 1, 1] }) }],
    ['with an unknown filter', { preprocessing: JSON.stringify({ ...preprocessing, interpolation: 'nearest' }) }],
  ])('%s are refused by an error that names the file', async (what, changes) => {
    const sound = join(folder, 'sound.safetensors')
    const backbone = await createBackbone('tiny_vgg', { weights: 'none', inputSize: 16 })
    await backbone.saveWeights(sound)
    backbone.dispose()
    const { tensors, metadata } = await readSafetensors(sound)
    const changed = Object.entries({ ...metadata, ...changes }).filter(([, text]) => text !== undefined)
    const path = join(folder, `${what}.safetensors`)
    await writeSafetensors(path, tensors, Object.fromEntries(changed) as Record<string, string>)
    await expect(open(path)).rejects.toThrow(DataError)
    await expect(open(path)).rejects.toThrow(path)
  })
})

const weight = { name: 'a', shape: [2], dtype: 'float32' }
const MANIFESTS: [string, unknown][] = [
  ['is null', null],
  ['has no manifest', {}],
  ['has a manifest that is a text', { weightsManifest: 'none' }],
  ['has a group that is null', { weightsManifest: [null] }],
  ['has a group without paths', { weightsManifest: [{ weights: [weight] }] }],
  ['names a shard that is missing', { weightsManifest: [{ paths: ['missing.bin'], weights: [weight] }] }],
  ['names a shard outside its folder', { weightsManifest: [{ paths: ['../shard.bin'], weights: [weight] }] }],
  ['has a weight of a negative size', group({ ...weight, shape: [-2] })],
  ['has a weight of another size than its shard', group({ ...weight, shape: [3] })],
  ['has a weight of billions of numbers', group({ ...weight, shape: [2 ** 20, 2 ** 20] })],
  ['has a weight of an unknown type', group({ ...weight, dtype: 'float8' })],
  ['has a weight of an unknown quantisation', group({ ...weight, quantization: { dtype: 'uint4' } })],
  ['has a topology of another kind', { ...group(weight), format: 'layers-model', modelTopology: { nothing: 1 } }],
  ['has a graph that is null', { ...group(weight), format: 'graph-model', modelTopology: null }],
]

function group(each: object) {
  return { weightsManifest: [{ paths: ['shard.bin'], weights: [each] }] }
}

describe('a model.json', () => {
  test.each(MANIFESTS)('that %s is refused, as weights and as a network', async (what, content) => {
    await writeFile(join(folder, 'shard.bin'), new Uint8Array(8))
    const path = join(folder, `${what}.json`)
    await writeFile(path, JSON.stringify(content))
    for (const opened of [() => open(path), () => openOwnNetwork(path)]) {
      await expect(opened()).rejects.toThrow(DataError)
      await expect(opened()).rejects.toThrow(path)
    }
  })
})
