import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { InputError, type OnProgress, Prng, writeJsonAtomic, writeMat } from '@dml-crc/core'
import sharp from 'sharp'
import { limiter } from '../limiter.ts'
import { checkWhole } from '../transform.ts'
import { KINDS } from './kinds.ts'
import { scene } from './scene.ts'

export interface DrawDemoOptions {
  /** By default 0. */
  seed?: number
  /** Pictures of each kind in each split. By default 20, 10 and 20. */
  perClass?: { train: number; val: number; test: number }
  /** Width and height in pixels. By default 112. */
  size?: number
  onProgress?: OnProgress
}

/** Raised whenever the drawings change, so that a set drawn before is drawn anew. */
const VERSION = 2

/** The file by which a drawn set is known. */
export const MARKER = 'demo.json'

/**
 * Draws the demo set into the folder `root`: 20 kinds of flowers that differ in few and subtle traits, in the
 * layout of Oxford Flowers 102, so that `flowers102` reads it too. The same options draw the same pictures.
 * A set that is already there, drawn with the same options, is left as it is; one drawn with others is replaced.
 * @throws {InputError} when the folder holds something else, or an option is out of range.
 */
export async function drawDemo(
  root: string,
  { seed = 0, perClass = { train: 20, val: 10, test: 20 }, size = 112, onProgress }: DrawDemoOptions = {},
): Promise<void> {
  for (const [split, count] of Object.entries(perClass)) checkWhole(`perClass.${split}`, count, 1)
  checkWhole('size', size, 16)
  const marker = { version: VERSION, seed, perClass, size }
  const present = await readdir(root).catch((): string[] => [])
  if (present.length > 0 && !present.includes(MARKER)) {
    const remedy = 'Name another folder: this one is left as it is.'
    throw new InputError(root, { expected: 'an empty folder, or one with a demo set', received: 'other files', remedy })
  }
  if (present.length > 0 && (await readFile(join(root, MARKER), 'utf8')) === `${JSON.stringify(marker, null, 2)}\n`)
    return

  const drawing = `${resolve(root)}.${randomBytes(4).toString('hex')}.tmp`
  try {
    await mkdir(join(drawing, 'jpg'), { recursive: true })
    await drawPictures(drawing, Prng.fromSeed(seed), perClass, size, onProgress)
    await writeJsonAtomic(join(drawing, MARKER), marker)
    await rm(root, { recursive: true, force: true })
    await rename(drawing, root)
  } catch (error) {
    await rm(drawing, { recursive: true, force: true })
    throw error
  }
}

async function drawPictures(
  root: string,
  prng: Prng,
  { train, val, test }: { train: number; val: number; test: number },
  size: number,
  onProgress?: OnProgress,
): Promise<void> {
  const task = 'draw the demo set'
  const each = train + val + test
  const total = each * KINDS.length
  onProgress?.({ kind: 'start', task, total, unit: 'pictures' })
  const limit = limiter(availableParallelism())
  let done = 0
  const drawOne = async (image: number) => {
    const own = prng.split(image)
    const svg = scene(KINDS[Math.floor((image - 1) / each)], size, own)
    // Lenses and film are never perfectly sharp.
    const picture = sharp(Buffer.from(svg)).removeAlpha().blur(own.uniform(0.3, 0.9)).jpeg({ quality: 88 })
    await writeFile(join(root, 'jpg', `image_${String(image).padStart(5, '0')}.jpg`), await picture.toBuffer())
    onProgress?.({ kind: 'advance', task, done: ++done, total })
  }
  const images = Array.from({ length: total }, (_, i) => i + 1)
  await Promise.all(images.map((image) => limit(() => drawOne(image))))

  const between = (low: number, high: number) =>
    images.filter((image) => (image - 1) % each >= low && (image - 1) % each < high)
  await writeMat(join(root, 'imagelabels.mat'), { labels: images.map((image) => Math.ceil(image / each)) })
  await writeMat(join(root, 'setid.mat'), {
    trnid: between(0, train),
    valid: between(train, train + val),
    tstid: between(train + val, each),
  })
  onProgress?.({ kind: 'end', task })
}
