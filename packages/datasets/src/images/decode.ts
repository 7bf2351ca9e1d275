import { readFile } from 'node:fs/promises'
import { DataError, type Prng } from '@dml-crc/core'
import type { Box, ImageRecord } from '../dataset.ts'
import type { Transform } from '../transforms/transform.ts'
import type { ImageCache } from './cache.ts'
import { openImage } from './image.ts'
import { decodeStrictly } from './sharp-image.ts'

const decodingError = (path: string, cause: unknown) =>
  new DataError(
    path,
    {
      expected: 'a whole image',
      // The decoder's own words are lost at times when several images are decoded at once.
      received: `data that does not decode (${(cause as Error).message.trim().split('\n')[0]})`,
      remedy: "Replace the file, or pass onError: 'skip'.",
    },
    { cause },
  )

const scaled = (box: Box, factor: number): Box => ({
  left: box.left * factor,
  top: box.top * factor,
  width: box.width * factor,
  height: box.height * factor,
})

/**
 * Decodes one image into `out`, the [size, size, 3] RGB bytes of its sample, by way of the cache where there is one.
 * @throws {DataError} with the path, when the file is missing, truncated or no image.
 */
export async function decode(
  { path, box }: ImageRecord,
  transform: Transform,
  prng: Prng,
  out: Uint8Array,
  cache?: ImageCache,
): Promise<void> {
  try {
    const image = cache ? await cache.open(path, transform.reduced) : await openImage(path)
    const view = transform.view(image.size, prng, box && scaled(box, image.scale))
    await image.draw({ ...view, columns: transform.size, rows: transform.size }, out)
  } catch (cause) {
    throw decodingError(path, cause)
  }
  transform.paint?.(out, prng)
}

/**
 * Decodes every pixel of an image and keeps none.
 * @throws {DataError} with the path, when the file is missing, truncated, no image, or anything in it is odd.
 */
export async function decodeWhole(path: string): Promise<void> {
  try {
    await decodeStrictly(await readFile(path))
  } catch (cause) {
    throw decodingError(path, cause)
  }
}
