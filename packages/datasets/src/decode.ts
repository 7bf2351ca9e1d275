import { DataError, type Prng } from '@dml-crc/core'
import sharp, { type Sharp } from 'sharp'
import type { ImageRecord } from './dataset.ts'
import type { Size, Transform, View } from './transform.ts'

const decodingError = (path: string, cause: unknown) =>
  new DataError(
    path,
    {
      expected: 'a whole image',
      received: (cause as Error).message.trim().split('\n')[0],
      remedy: "Replace the file, or pass onError: 'skip'.",
    },
    { cause },
  )

/** An image that stands upright, in 8-bit sRGB, transparent parts on white; of an animation, the first picture. */
function upright(path: string): Sharp {
  // A file that ends early is an error; harmless oddities, which real sets are full of, are not.
  return sharp(path, { failOn: 'truncated' }).autoOrient().flatten({ background: '#fff' }).toColourspace('srgb')
}

/**
 * Cuts a view out of an image. Resizes with a triangle filter as wide as the reduction asks for, as Pillow's
 * `bilinear` does, because that is how most published weights saw their images.
 */
function cut(image: Sharp, view: View, size: number): Promise<Buffer> {
  const { width, height, left, top, flip = false } = view
  return image
    .resize({ width, height, fit: 'fill', kernel: 'linear' })
    .extract({ left, top, width: size, height: size })
    .flop(flip)
    .raw()
    .toBuffer()
}

/**
 * Decodes one image into `out`, the [size, size, 3] RGB bytes of its sample.
 * @throws {DataError} with the path, when the file is missing, truncated or no image.
 */
export async function decode(record: ImageRecord, transform: Transform, prng: Prng, out: Uint8Array): Promise<void> {
  try {
    const image = upright(record.path)
    const { autoOrient } = await image.metadata()
    out.set(await cut(image, transform.view(autoOrient as Size, prng, record.box), transform.size))
  } catch (cause) {
    throw decodingError(record.path, cause)
  }
  transform.paint?.(out, prng)
}
