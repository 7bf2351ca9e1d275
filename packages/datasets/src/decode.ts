import { readFile } from 'node:fs/promises'
import { DataError, type Prng } from '@dml-crc/core'
import sharp, { type Sharp } from 'sharp'
import { cached, type Pixels } from './cache.ts'
import type { Box, ImageRecord } from './dataset.ts'
import { type Size, shortSide, type Transform, type View } from './transform.ts'

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

/** An image that stands upright, and its size. */
interface Upright {
  image: Sharp
  full: Size
}

/**
 * Opens an image so that it stands upright, in 8-bit sRGB, transparent parts on white; of an animation, the first
 * picture. Each step is taken only where the image asks for it, and the pixels are decoded in one go rather than
 * line by line: with small images the setting up counts.
 */
async function open(path: string, failOn: 'truncated' | 'warning' = 'truncated'): Promise<Upright> {
  // A file that ends early is an error; smaller oddities, which real sets are full of, are not while loading.
  let image = sharp(await readFile(path), { failOn, sequentialRead: false })
  const { autoOrient, orientation = 1, hasAlpha, space, depth } = await image.metadata()
  if (orientation > 1) image = image.autoOrient()
  if (hasAlpha) image = image.flatten({ background: '#fff' })
  if (space !== 'srgb' || depth !== 'uchar') image = image.toColourspace('srgb')
  return { image, full: autoOrient as Size }
}

/**
 * Resizes with a triangle filter as wide as the reduction asks for, as Pillow's `bilinear` does, because that is how
 * most published weights saw their images.
 */
const resized = (image: Sharp, { width, height }: Size): Sharp =>
  image.resize({ width, height, fit: 'fill', kernel: 'linear' })

/** Cuts the view out into `out`. Mirrored here, because sharp would mirror the whole image before it cuts. */
async function cut(image: Sharp, view: View, size: number, out: Uint8Array): Promise<void> {
  const window = { left: view.left, top: view.top, width: size, height: size }
  out.set(await resized(image, view).extract(window).raw().toBuffer())
  if (view.flip) mirror(out, size)
}

/** The whole image with its short side at most `side`, through the cache. */
function reduced(path: string, side: number, cache: string): Promise<Pixels> {
  return cached(cache, path, side, async () => {
    const { image, full } = await open(path)
    const size = Math.min(full.width, full.height) > side ? shortSide(full, side) : full
    const { data, info } = await resized(image, size).raw().toBuffer({ resolveWithObject: true })
    return { width: info.width, height: info.height, data }
  })
}

/** Copies a window, mirrored or not, where the image has the view's scale already. */
function copyWindow({ width, data }: Pixels, { left, top, flip }: View, size: number, out: Uint8Array): void {
  for (let y = 0; y < size; y++) {
    const start = ((top + y) * width + left) * 3
    out.set(data.subarray(start, start + size * 3), y * size * 3)
  }
  if (flip) mirror(out, size)
}

/** Mirrors [size, size, 3] bytes left to right. */
function mirror(pixels: Uint8Array, size: number): void {
  for (let row = 0; row < pixels.length; row += size * 3) {
    for (let [i, j] = [row, row + (size - 1) * 3]; i < j; i += 3, j -= 3) {
      for (let channel = 0; channel < 3; channel++) {
        const held = pixels[i + channel]
        pixels[i + channel] = pixels[j + channel]
        pixels[j + channel] = held
      }
    }
  }
}

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
  cache?: string,
): Promise<void> {
  try {
    if (cache) await viewOfReduced(path, box, transform, prng, out, cache)
    else {
      const { image, full } = await open(path)
      await cut(image, transform.view(full, prng, box), transform.size, out)
    }
  } catch (cause) {
    throw decodingError(path, cause)
  }
  transform.paint?.(out, prng)
}

async function viewOfReduced(
  path: string,
  box: Box | undefined,
  transform: Transform,
  prng: Prng,
  out: Uint8Array,
  cache: string,
): Promise<void> {
  const whole = await reduced(path, transform.reduced, cache)
  // Boxes are in pixels of the full image, whose size only the file knows.
  const scale = box ? whole.width / (await open(path)).full.width : 1
  const view = transform.view(whole, prng, box && scaled(box, scale))
  if (view.width === whole.width && view.height === whole.height) return copyWindow(whole, view, transform.size, out)
  const raw = { width: whole.width, height: whole.height, channels: 3 } as const
  await cut(sharp(whole.data, { raw }), view, transform.size, out)
}

/**
 * Decodes every pixel of an image and keeps none.
 * @throws {DataError} with the path, when the file is missing, truncated, no image, or anything in it is odd.
 */
export async function decodeWhole(path: string): Promise<void> {
  try {
    const { image } = await open(path, 'warning')
    await image.resize(8, 8, { fit: 'fill', fastShrinkOnLoad: false }).raw().toBuffer()
  } catch (cause) {
    throw decodingError(path, cause)
  }
}
