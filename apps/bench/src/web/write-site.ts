import { existsSync, readdirSync } from 'node:fs'
import { mkdir, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { InputError, type OnProgress, replaceFolder, writeJsonAtomic } from '@dml-crc/core'
import { loadEngine } from '@dml-crc/engine'
import { type ImageModel, loadExport, type Precision, writePageModel } from '@dml-crc/trainer'
import sharp from 'sharp'
import { modelFolder } from '../results/model-folder.ts'
import { bundlePage } from './bundle.ts'
import { writeExamples } from './example-photos.ts'
import { type PrecisionCost, precisionCost } from './precision-cost.ts'
import { type TrainingImages, trainingImagesOf } from './training-images.ts'

/** Side of the small pictures of training images, in pixels. */
const THUMBNAIL = 96

/** What every site has, by which it is known as one. */
const ABOUT = join('model', 'about.json')

export interface SiteOptions {
  /** Folder of the training images, where their ids are paths. */
  images?: string
  title?: string
  /** Of the network's weights; float32 where left out. */
  precision?: Precision
  /** How many of the images that the run tested on visitors can try; none where left out. */
  examples?: number
  onProgress: OnProgress
}

/**
 * Writes a site that classifies, explains and learns in the browser. The folder is put in its place as a whole.
 * @param path a run, or an exported model
 * @returns the size of all its files, how many examples it has, and what the precision of the weights costs, where it is not
 * float32 and held-out images are here
 * @throws {DataError} where there is no model; {InputError} when the folder holds other things than a site.
 */
export async function writeSite(
  path: string,
  out: string,
  options: SiteOptions,
): Promise<{ bytes: number; examples: number; cost?: PrecisionCost }> {
  const { precision = 'float32', examples = 0, onProgress } = options
  const folder = await modelFolder(path)
  checkReplaceable(out)
  await loadEngine({ prefer: 'wasm' })
  const images = await loadExport(folder)
  const { backbone } = images
  try {
    const known = await trainingImagesOf(folder)
    let cost: PrecisionCost | undefined
    let photos: string[] = []
    await replaceFolder(out, async (aside) => {
      await bundlePage(aside)
      const target = join(aside, 'model')
      await writePageModel(target, images, { precision })
      if (precision !== 'float32') cost = await precisionCost(target, images, known, onProgress)
      await writeSamples(target, images, known, options)
      photos = await writeExamples(join(target, 'examples'), known.test ?? [], examples)
      const title = options.title ?? known.name ?? basename(resolve(path))
      const { licence, citation } = known
      await writeJsonAtomic(join(aside, ABOUT), {
        title,
        ...(licence && { licence }),
        ...(citation && { citation }),
        precision,
        ...(cost && { cost }),
        ...(photos.length > 0 && { examples: photos.map((name) => `examples/${name}`) }),
      })
    })
    return { bytes: await sizeOf(out), examples: photos.length, ...(cost && { cost }) }
  } finally {
    backbone.dispose()
  }
}

/** @throws {InputError} when the folder holds something that is not a site. */
function checkReplaceable(out: string): void {
  const present = existsSync(out) ? readdirSync(out) : []
  if (present.length === 0 || existsSync(join(out, ABOUT))) return
  const received = `other files, ${present[0]} among them`
  const remedy = 'Name another folder with --out: this one is left as it is.'
  throw new InputError(out, { expected: 'an empty folder, or one of a site', received, remedy })
}

/** `samples.json`: the names of the training images, and small pictures of those that are here. */
async function writeSamples(
  target: string,
  { samples }: ImageModel,
  known: TrainingImages,
  { images, onProgress }: SiteOptions,
): Promise<void> {
  if (!samples) return
  await mkdir(join(target, 'thumbnails'), { recursive: true })
  const files = new Map(known.fit.map(({ id, path }) => [id, path]))
  const task = 'small pictures of the training images'
  onProgress({ kind: 'start', task, total: samples.length, unit: 'images' })
  const described: { id: string; image?: string }[] = []
  for (const [row, id] of samples.entries()) {
    const file = images === undefined ? files.get(id) : join(images, id)
    const image = `thumbnails/${row}.webp`
    const isThere = file !== undefined && existsSync(file)
    if (isThere) {
      const picture = sharp(file).rotate().resize(THUMBNAIL, THUMBNAIL, { fit: 'cover' })
      await picture.webp({ quality: 70 }).toFile(join(target, image))
    }
    described.push(isThere ? { id, image } : { id })
    onProgress({ kind: 'advance', task, done: row + 1 })
  }
  onProgress({ kind: 'end', task })
  const missing = described.filter(({ image }) => image === undefined).length
  if (missing > 0) {
    const text = `${missing} of ${samples.length} training images are not here: --images names their folder.`
    onProgress({ kind: 'note', task, text })
  }
  await writeJsonAtomic(join(target, 'samples.json'), described)
}

async function sizeOf(folder: string): Promise<number> {
  const names = await readdir(folder, { recursive: true })
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name))))
  return sizes.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0)
}
