import { InputError } from '@dml-crc/core/errors'
import { Prng } from '@dml-crc/core/prng'
import { centerCrop, type Size, withResampler } from '@dml-crc/datasets/pixels'
import type { Description } from './description.ts'

/** Whatever a page has a picture in. A file is a `Blob`. */
export type ImageSource =
  | Blob
  | ImageBitmap
  | ImageData
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas

/** One of the squares that a network sees. */
export interface View extends Pick<Description['image'], 'size' | 'interpolation'> {
  /** Short side in pixels to which the picture is resized. */
  resize: number
}

/**
 * The square that a network sees of a picture, [size, size, 3] RGB bytes: the short side resized to `resize` pixels, the middle
 * cut out, transparent parts on white. From the same decoded pixels the bytes are those that Node's loader gives; decoders of JPEG
 * differ by a few units of 255.
 * @throws {InputError} when the picture has no pixels yet, or cannot be decoded.
 */
export async function preprocess(source: ImageSource, view: View): Promise<Uint8Array<ArrayBuffer>> {
  return squareOf(await upright(source), view)
}

/** As {@link preprocess}, of the pixels that {@link upright} gives. */
export async function squareOf(
  { data, width, height }: ImageData,
  { size, resize, interpolation }: View,
): Promise<Uint8Array<ArrayBuffer>> {
  const view = centerCrop({ size, resize, interpolation }).view({ width, height }, Prng.fromSeed(0))
  const out = new Uint8Array(size * size * 3)
  await withResampler(async (resampler) => {
    const { pixels } = resampler.prepare({ width, height }, { ...view, columns: size, rows: size })
    for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
      pixels[to] = data[from]
      pixels[to + 1] = data[from + 1]
      pixels[to + 2] = data[from + 2]
    }
    resampler.write(out)
  })
  return out
}

/**
 * RGBA bytes of a picture, upright, on white.
 * @throws {InputError} as {@link preprocess}.
 */
export async function upright(source: ImageSource): Promise<ImageData> {
  const drawable = source instanceof Blob ? await decodeFile(source) : source
  const { width, height } = sizeOf(drawable)
  if (!(width > 0 && height > 0)) {
    const remedy = 'Wait for the load event of an image, or the loadeddata event of a video.'
    throw new InputError('the picture', { expected: 'pixels', received: `a size of ${width} × ${height}`, remedy })
  }
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true })!
  context.fillStyle = '#fff'
  context.fillRect(0, 0, width, height)
  if (drawable instanceof ImageData) context.drawImage(await createImageBitmap(drawable), 0, 0)
  else context.drawImage(drawable, 0, 0)
  if (source instanceof Blob) (drawable as ImageBitmap).close()
  return context.getImageData(0, 0, width, height)
}

async function decodeFile(file: Blob): Promise<ImageBitmap> {
  try {
    // Colour profiles are left alone, as Node leaves them.
    return await createImageBitmap(file, { imageOrientation: 'from-image', colorSpaceConversion: 'none' })
  } catch (cause) {
    const received = `${file instanceof File ? file.name : 'a blob'} (${file.type || 'unknown type'}, ${file.size} bytes)`
    const remedy = 'Choose a JPEG, PNG, WebP, AVIF or GIF file.'
    throw new InputError('the picture', { expected: 'an image that this browser decodes', received, remedy }, { cause })
  }
}

function sizeOf(source: Exclude<ImageSource, Blob>): Size {
  if (source instanceof HTMLVideoElement) return { width: source.videoWidth, height: source.videoHeight }
  if (source instanceof HTMLImageElement) return { width: source.naturalWidth, height: source.naturalHeight }
  return source
}
