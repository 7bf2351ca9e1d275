import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DataError, type TensorData } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import type { WeightsFile } from './weights-file.ts'

interface Group {
  paths: string[]
  weights: tf.io.WeightsManifestEntry[]
}

async function readManifest(path: string): Promise<{ bytes: Buffer; groups: Group[] }> {
  try {
    const bytes = await readFile(path)
    const { weightsManifest } = JSON.parse(bytes.toString('utf8'))
    if (!Array.isArray(weightsManifest)) throw new TypeError('no weightsManifest')
    return { bytes, groups: weightsManifest }
  } catch (cause) {
    const remedy = 'Pass the model.json that the TensorFlow.js converter wrote.'
    const expected = 'a TensorFlow.js model.json with a weightsManifest'
    throw new DataError(path, { expected, received: (cause as Error).message, remedy }, { cause })
  }
}

/**
 * The weights of a TensorFlow.js model: its `model.json` and the shards that this names, quantised or not.
 * @throws {DataError} when it is not such a file, or a shard is missing.
 */
export async function openTfjsModel(path: string): Promise<WeightsFile> {
  const { bytes, groups } = await readManifest(path)
  const hash = createHash('sha256').update(bytes)
  const tensors = new Map<string, tf.Tensor>()
  for (const { paths, weights } of groups) {
    const shards = await Promise.all(
      paths.map((shard) =>
        readFile(join(dirname(path), shard)).catch((cause) => {
          const remedy = 'Put all shards beside model.json.'
          throw new DataError(path, { expected: `its shard ${shard}`, received: cause.code, remedy }, { cause })
        }),
      ),
    )
    const data = new Uint8Array(Buffer.concat(shards))
    hash.update(data)
    for (const [name, tensor] of Object.entries(tf.io.decodeWeights(data.buffer, weights))) tensors.set(name, tensor)
  }
  return {
    path,
    id: hash.digest('hex'),
    metadata: {},
    shapes: new Map([...tensors].map(([name, { shape }]) => [name, shape])),
    read: async (name) => {
      const tensor = tensors.get(name)!
      return { shape: tensor.shape, data: (await tensor.data()) as TensorData }
    },
    close: async () => {
      for (const tensor of tensors.values()) tensor.dispose()
    },
  }
}
