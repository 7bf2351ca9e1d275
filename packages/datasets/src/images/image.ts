import { type Window, withResampler } from '../transforms/resample.ts'
import type { Size } from '../transforms/transform.ts'
import { fileBytes } from './file-bytes.ts'
import { plainJpeg } from './jpeg/header.ts'
import { type DecodeJpeg, loadTurbo } from './jpeg/turbo.ts'
import { openWithSharp } from './sharp-image.ts'

/** An image of known size, decoded when a part of it is asked for. */
export interface Image {
  /** The size when upright. */
  size: Size
  /** How much smaller than its file the image is, between 0 and 1. */
  scale: number
  /** Writes the window, [rows, columns, 3] RGB bytes. */
  draw(window: Window, out: Uint8Array): Promise<void>
}

/** Larger images go to sharp, which decodes JPEG straight to a fraction of its size. */
const MOST_PIXELS = 2 ** 22

/** Names the decoders at work on this machine: another pair gives other bytes. */
export const decoders = async (): Promise<string> => ((await loadTurbo()) ? 'jpeg-turbo, sharp' : 'sharp')

/**
 * Opens an image file: JPEG that needs nothing but decoding with libjpeg-turbo where that is installed, and whatever
 * else there is with sharp.
 * @throws {Error} of the decoder's, also when drawing, where the file is no whole image.
 */
export async function openImage(path: string): Promise<Image> {
  const bytes = await fileBytes(path)
  const turbo = await loadTurbo()
  const size = turbo && plainJpeg(bytes)
  if (!turbo || !size || size.width * size.height > MOST_PIXELS) return openWithSharp(bytes)
  return { size, scale: 1, draw: (window, out) => drawJpeg(turbo, bytes, size, window, out) }
}

async function drawJpeg(turbo: DecodeJpeg, bytes: Buffer, size: Size, window: Window, out: Uint8Array): Promise<void> {
  const drawn = await withResampler(async (resampler) => {
    const { pixels } = resampler.prepare(size, window)
    try {
      await turbo(bytes, Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength))
    } catch {
      return false
    }
    resampler.write(out)
    return true
  })
  // It stumbles over every oddity; sharp tells those that matter.
  if (!drawn) await (await openWithSharp(bytes)).draw(window, out)
}
