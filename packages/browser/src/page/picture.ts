import { features, type ImageModel } from '../index.ts'

const THUMBNAIL = 96

/** A photo that the page has looked at. */
export interface Picture {
  name: string
  /** Address of the photo. */
  url: string
  /** Address of a small picture of its middle, which is kept with a taught model. */
  thumbnail: string
  /** [d] */
  features: Float32Array
  /** What the network took. */
  milliseconds: number
}

/**
 * Looks at a photo.
 * @throws {InputError} when it cannot be decoded.
 */
export async function look(images: ImageModel, file: Blob, name: string): Promise<Picture> {
  const begun = performance.now()
  const { data } = await features(images, file)
  const milliseconds = performance.now() - begun
  return { name, url: URL.createObjectURL(file), thumbnail: await thumbnailOf(file), features: data, milliseconds }
}

async function thumbnailOf(file: Blob): Promise<string> {
  const bitmap = await createImageBitmap(file)
  const side = Math.min(bitmap.width, bitmap.height)
  const canvas = document.createElement('canvas')
  canvas.width = THUMBNAIL
  canvas.height = THUMBNAIL
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2]
  canvas.getContext('2d')!.drawImage(bitmap, left, top, side, side, 0, 0, THUMBNAIL, THUMBNAIL)
  bitmap.close()
  return canvas.toDataURL('image/webp', 0.7)
}
