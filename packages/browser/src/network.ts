import { DataError } from '@dml-crc/core/errors'
import type { Matrix } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import { Description } from './description.ts'
import { type ImageSource, squareOf, upright } from './preprocess.ts'

/** A network on the engine that turns pictures into features. */
export interface Network {
  readonly description: Description
  /** Features [B, d] of pictures, each the mean over its views. */
  features(sources: readonly ImageSource[]): Promise<Matrix>
  /** Runs it once on nothing, because the first time compiles or arranges what later ones find ready. */
  warmUp(): Promise<void>
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
  /** Features [d] of a square, RGB bytes [size, size, 3]. */
  async function ofSquare(pixels: Uint8Array): Promise<Float32Array> {
    const output = tf.tidy(() => {
      const input = tf.tensor4d(Float32Array.from(pixels), [1, image.size, image.size, 3])
      return graph.execute(input, 'features') as tf.Tensor2D
    })
    const row = (await output.data()) as Float32Array
    output.dispose()
    return row
  }
  return {
    description: parsed.data,
    async features(sources) {
      const rows: Float32Array[] = []
      // One square at a time: a phone has little memory.
      for (const source of sources) {
        const picture = await upright(source)
        const views: Float32Array[] = []
        for (const resize of image.resize) views.push(await ofSquare(await squareOf(picture, { ...image, resize })))
        rows.push(mean(views))
      }
      const width = rows[0]?.length ?? 0
      const data = new Float32Array(rows.length * width)
      for (const [i, row] of rows.entries()) data.set(row, i * width)
      return { data, shape: [rows.length, width] }
    },
    async warmUp() {
      await ofSquare(new Uint8Array(image.size * image.size * 3))
    },
    dispose: () => graph.dispose(),
  }
}

/** The mean of rows [d]. */
const mean = (rows: readonly Float32Array[]): Float32Array =>
  rows[0].map((_, i) => rows.reduce((sum, row) => sum + row[i], 0) / rows.length)
