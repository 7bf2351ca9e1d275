import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import sharp from 'sharp'
import type { ImageRecord } from '../dataset.ts'

/** RGB bytes that vary smoothly, and differently for each seed. */
export function gradient(width: number, height: number, seed = 0): Buffer {
  const out = Buffer.alloc(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3
      out[at] = Math.round((255 * x) / (width - 1))
      out[at + 1] = Math.round((255 * y) / (height - 1))
      out[at + 2] = (40 * seed + 60) % 256
    }
  }
  return out
}

export const picture = (width: number, height: number, seed = 0) =>
  sharp(gradient(width, height, seed), { raw: { width, height, channels: 3 } })

/** JPEG files of different sizes, with labels that go round through `classes`. */
export async function writePictures(folder: string, count: number, classes = 3): Promise<ImageRecord[]> {
  return Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const path = join(folder, `picture-${i}.jpg`)
      await writeFile(
        path,
        await picture(40 + 3 * (i % 7), 36 + 5 * (i % 4), i)
          .jpeg({ quality: 95 })
          .toBuffer(),
      )
      return { id: `picture-${i}`, path, label: i % classes }
    }),
  )
}
