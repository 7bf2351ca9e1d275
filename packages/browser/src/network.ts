import { DataError } from '@dml-crc/core/errors'
import type { Matrix } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { Description } from './description.ts'
import { type ImageSource, preprocess } from './preprocess.ts'

/** A network on the engine that turns pictures into features. */
export interface Network {
  readonly description: Description
  /** Features [B, d] of pictures. */
  features(sources: readonly ImageSource[]): Promise<Matrix>
  /** Frees its weights. */
  dispose(): void
}

/**
 * Fetches the network of an exported model.
 * @param url of its `model.json`
 * @throws {DataError} when it is not there, damaged, or no network that `dml-crc` exported.
 */
export async function loadNetwork(url: URL, onProgress?: (fraction: number) => void): Promise<Network> {
  const remedy = 'Export the model again, and copy all files of the folder.'
  const graph = await tf.loadGraphModel(url.href, { onProgress }).catch((cause) => {
    const received = (cause as Error).message.split('\n')[0]
    throw new DataError(url.href, { expected: 'a network of TensorFlow.js', received, remedy }, { cause })
  })
  const parsed = Description.safeParse((graph.metadata as { dmlCrc?: unknown } | undefined)?.dmlCrc)
  if (!parsed.success) {
    graph.dispose()
    const [{ path, message }] = parsed.error.issues
    const received = `${path.join('.') || 'none'}: ${message}`
    throw new DataError(url.href, { expected: 'the metadata of a model of dml-crc', received, remedy })
  }
  const { image } = parsed.data
  return {
    description: parsed.data,
    async features(sources) {
      const rows: Float32Array[] = []
      // One picture at a time: a phone has little memory.
      for (const source of sources) {
        const pixels = await preprocess(source, image)
        const output = tf.tidy(() => {
          const input = tf.tensor4d(Float32Array.from(pixels), [1, image.size, image.size, 3])
          return graph.execute(input, 'features') as tf.Tensor2D
        })
        rows.push((await output.data()) as Float32Array)
        output.dispose()
      }
      const width = rows[0]?.length ?? 0
      const data = new Float32Array(rows.length * width)
      for (const [i, row] of rows.entries()) data.set(row, i * width)
      return { data, shape: [rows.length, width] }
    },
    dispose: () => graph.dispose(),
  }
}
