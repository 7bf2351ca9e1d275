import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Backbone } from '@dml-crc/backbones'
import { DataError, InputError } from '@dml-crc/core'
import type { ImageRecord, Transform } from '@dml-crc/datasets'
import { type Model, predict as predictFeatures } from '@dml-crc/metric'
import { extractFeatures } from './extract-features.ts'

/** All it takes to name what an image shows. */
export interface ImageModel {
  backbone: Backbone
  /** The view of an image that is looked at. */
  transform: Transform
  /** Whether the mirror image of that view is looked at too, and the mean of both features taken. */
  mirror?: boolean
  /** Takes features as the backbone gives them, and knows the names of its classes. */
  model: Model
}

export interface ImagePrediction {
  /** The file, or `buffer 0` for the first buffer given. */
  source: string
  label: number
  className: string
  /** Whether the likeliest class is below the threshold of the model's calibration: the image shows none of the classes. */
  unknown: boolean
  /** The likeliest classes, best first. */
  top: readonly { className: string; probability: number }[]
}

const IMAGE = /\.(avif|gif|jpe?g|png|tiff?|webp)$/i

/** The images in a folder and those below it, in the order of their names; a file stands for itself. */
async function imagesUnder(path: string): Promise<string[]> {
  const found = await stat(path).catch((cause) => {
    const remedy = 'Check the path.'
    throw new DataError(path, { expected: 'a file or a folder', received: cause.code, remedy }, { cause })
  })
  if (!found.isDirectory()) return [path]
  const names = await readdir(path, { recursive: true })
  const images = names.filter((name) => IMAGE.test(name)).sort()
  if (images.length === 0) {
    const remedy = 'Name a folder with JPEG, PNG, WebP, AVIF, TIFF or GIF files.'
    throw new DataError(path, { expected: 'images in this folder', received: `${names.length} other files`, remedy })
  }
  return images.map((name) => join(path, name))
}

/**
 * Classifies images, given as paths of files, of folders, or as the bytes of image files.
 * @throws {InputError} when nothing is given.
 * @throws {DataError} for a path that is not there, a folder without images, or a damaged image.
 */
export async function predict(
  { backbone, transform, mirror, model }: ImageModel,
  inputs: string | Uint8Array | readonly (string | Uint8Array)[],
  { top = 5, batchSize = 32 } = {},
): Promise<ImagePrediction[]> {
  const list = typeof inputs === 'string' || inputs instanceof Uint8Array ? [inputs] : inputs
  if (list.length === 0) {
    const remedy = 'Pass paths or the bytes of images.'
    throw new InputError('inputs', { expected: 'at least one image', received: 'none', remedy })
  }
  // The loader decodes files, so bytes become files for a moment.
  const folder = await mkdtemp(join(tmpdir(), 'dml-crc-predict-'))
  try {
    const records: ImageRecord[] = []
    let buffers = 0
    for (const input of list) {
      if (typeof input === 'string') {
        for (const path of await imagesUnder(input)) records.push({ id: path, path, label: -1 })
      } else {
        const id = `buffer ${buffers++}`
        const path = join(folder, id)
        await writeFile(path, input)
        records.push({ id, path, label: -1 })
      }
    }
    const { features } = await extractFeatures({ backbone, records, transform, mirror, batchSize })
    const { labels, probabilities, unknown } = await predictFeatures(model, features)
    const [, count] = probabilities.shape
    const nameOf = (label: number) => model.classNames?.[label] ?? `class ${label}`
    return records.map(({ id }, i) => {
      const row = probabilities.data.subarray(i * count, (i + 1) * count)
      const order = [...row.keys()].sort((a, b) => row[b] - row[a]).slice(0, top)
      return {
        source: id,
        label: labels[i],
        className: nameOf(labels[i]),
        unknown: unknown[i] === 1,
        top: order.map((c) => ({ className: nameOf(c), probability: row[c] })),
      }
    })
  } finally {
    await rm(folder, { recursive: true })
  }
}
