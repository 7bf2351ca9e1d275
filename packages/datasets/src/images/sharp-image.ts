import sharp, { type Sharp } from 'sharp'
import type { Window } from '../transforms/resample.ts'
import type { Size } from '../transforms/transform.ts'
import type { Image } from './image.ts'

/**
 * An image of any format that sharp reads, upright, in 8-bit sRGB, transparent parts on white; of an animation, the
 * first picture. A file that ends early is an error; smaller oddities, which real sets are full of, are one only with
 * `failOn: 'warning'`.
 */
export async function openWithSharp(bytes: Buffer): Promise<Image> {
  const { image, size } = await upright(bytes, 'truncated')
  return { size, scale: 1, draw: (window, out) => draw(image, window, out) }
}

/** Decodes every pixel and keeps none; any oddity is an error. */
export async function decodeStrictly(bytes: Buffer): Promise<void> {
  const { image } = await upright(bytes, 'warning')
  await image.resize(8, 8, { fit: 'fill', fastShrinkOnLoad: false }).raw().toBuffer()
}

/**
 * How many pixels a file may hold: four bytes for each fit four times the file and 192 MiB. A small file that says it holds
 * more is made, or damaged, so that decoding it takes all memory.
 */
const mostPixels = (fileBytes: number) => fileBytes + 3 * 2 ** 24

/**
 * Each step is taken only where the image needs it, and the pixels are decoded in one go rather than line by line:
 * with small images the setting up counts.
 */
async function upright(bytes: Buffer, failOn: 'truncated' | 'warning'): Promise<{ image: Sharp; size: Size }> {
  let image = sharp(bytes, { failOn, sequentialRead: false, limitInputPixels: mostPixels(bytes.length) })
  const { autoOrient, orientation = 1, hasAlpha, space, depth } = await image.metadata()
  if (orientation > 1) image = image.autoOrient()
  if (hasAlpha) image = image.flatten({ background: '#fff' })
  if (space !== 'srgb' || depth !== 'uchar') image = image.toColourspace('srgb')
  return { image, size: autoOrient as Size }
}

/** Resizes with the same filters as the resampler's. Mirrored last: sharp would mirror the whole image. */
async function draw(image: Sharp, { width, height, interpolation, ...window }: Window, out: Uint8Array): Promise<void> {
  const { left, top, columns, rows } = window
  const pixels = await image
    .resize({ width, height, fit: 'fill', kernel: interpolation === 'bicubic' ? 'cubic' : 'linear' })
    .extract({ left, top, width: columns, height: rows })
    .raw()
    .toBuffer()
  out.set(pixels)
  if (window.flip) mirror(out, columns)
}

/** Mirrors [rows, columns, 3] bytes left to right. */
function mirror(pixels: Uint8Array, columns: number): void {
  for (let row = 0; row < pixels.length; row += columns * 3) {
    for (let [i, j] = [row, row + (columns - 1) * 3]; i < j; i += 3, j -= 3) {
      for (let channel = 0; channel < 3; channel++) {
        const held = pixels[i + channel]
        pixels[i + channel] = pixels[j + channel]
        pixels[j + channel] = held
      }
    }
  }
}
