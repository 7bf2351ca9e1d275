import { createHash } from 'node:crypto'
import type { TensorData } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { readTfjsFiles } from './tfjs-files.ts'
import type { WeightsFile } from './weights-file.ts'

/**
 * The weights of a TensorFlow.js model: its `model.json` and the shards that this names, quantised or not.
 * @throws {DataError} when it is not such a file, or a shard is missing or of another size than its weights.
 */
export async function openTfjsModel(path: string): Promise<WeightsFile> {
  const { bytes, groups } = await readTfjsFiles(path)
  const hash = createHash('sha256').update(bytes)
  const tensors = new Map<string, tf.Tensor>()
  for (const { weights, data } of groups) {
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
