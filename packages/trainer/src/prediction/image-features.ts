import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, InputError } from '@dml-crc/core'
import type { ImageRecord } from '@dml-crc/datasets'
import type { Matrix } from '@dml-crc/metric'
import { extractViews } from '../features/extract-views.ts'
import type { ImageModel } from './predict.ts'

/** Images: paths of files, of folders, or the bytes of image files. */
export type ImageInputs = string | Uint8Array | readonly (string | Uint8Array)[]

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
 * The features [N, d] of images as a model looks at them, and what each is called: its path, or `buffer 0`.
 * @throws {InputError} when nothing is given.
 * @throws {DataError} for a path that is not there, a folder without images, or a damaged image.
 */
export async function imageFeatures(
  { backbone, transforms }: Pick<ImageModel, 'backbone' | 'transforms'>,
  inputs: ImageInputs,
): Promise<{ sources: string[]; features: Matrix }> {
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
    const { features } = await extractViews({ backbone, records, transforms })
    return { sources: records.map(({ id }) => id), features }
  } finally {
    await rm(folder, { recursive: true })
  }
}
