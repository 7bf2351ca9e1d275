import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { DataError, parseJson, readBytes } from '@dml-crc/core'
import type * as tf from '@tensorflow/tfjs'
import { z } from 'zod'

/** Bytes of one number as it is stored. */
const WIDTHS = { float32: 4, int32: 4, bool: 1, complex64: 8, uint8: 1, uint16: 2, float16: 2 }

const Weight = z
  .looseObject({
    name: z.string(),
    shape: z.array(z.int().min(0)).max(64),
    dtype: z.enum(['float32', 'int32', 'bool', 'complex64']),
    quantization: z.looseObject({ dtype: z.enum(['uint8', 'uint16', 'float16']) }).optional(),
  })
  .refine((weight) => Number.isSafeInteger(bytesOf(weight)), 'too large a shape')

/** A shard lies in the folder of its model.json. */
const Shard = z.string().regex(/^[^/\\]+$/, 'not the name of a file beside it')

const ModelJson = z.looseObject({
  weightsManifest: z.array(z.looseObject({ paths: z.array(Shard), weights: z.array(Weight) })),
  format: z.string().optional(),
  modelTopology: z.looseObject({}).optional(),
})

function bytesOf({ shape, dtype, quantization }: Pick<tf.io.WeightsManifestEntry, 'shape' | 'dtype' | 'quantization'>) {
  const stored = (quantization?.dtype ?? dtype) as keyof typeof WIDTHS
  return shape.reduce((count, size) => count * size, WIDTHS[stored])
}

/** Weights that lie one after the other in `data`. */
export interface WeightGroup {
  weights: tf.io.WeightsManifestEntry[]
  data: Uint8Array<ArrayBuffer>
}

const REMEDY = 'Pass the model.json that the TensorFlow.js converter wrote, its shards beside it.'

/**
 * A `model.json` of TensorFlow.js with the bytes of its shards. What of it concerns weights is checked; its topology is not.
 * @throws {DataError} when it is not such a file, or a shard is missing or of another size than its weights.
 */
export async function readTfjsFiles(path: string): Promise<{
  /** The file's own. */
  bytes: Uint8Array
  model: z.infer<typeof ModelJson>
  groups: WeightGroup[]
}> {
  const expected = 'a model.json of TensorFlow.js with a weightsManifest'
  const bytes = await readBytes(path, expected)
  const model = parseJson(new TextDecoder().decode(bytes), ModelJson, path, expected, REMEDY)
  const groups: WeightGroup[] = []
  for (const { paths, weights } of model.weightsManifest) {
    const shards = await Promise.all(paths.map((shard) => readShard(path, shard)))
    const data = new Uint8Array(Buffer.concat(shards))
    const needed = weights.reduce((sum, weight) => sum + bytesOf(weight), 0)
    if (data.length !== needed) {
      const received = `${data.length} in ${paths.join(', ')}`
      throw new DataError(path, { expected: `${needed} bytes of weights`, received, remedy: REMEDY })
    }
    groups.push({ weights, data })
  }
  return { bytes, model, groups }
}

function readShard(path: string, shard: string): Promise<Buffer> {
  return readFile(join(dirname(path), shard)).catch((cause) => {
    throw new DataError(path, { expected: `its shard ${shard}`, received: cause.code, remedy: REMEDY }, { cause })
  })
}
