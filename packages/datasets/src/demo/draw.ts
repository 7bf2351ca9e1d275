import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import {
  clearLock,
  homeFolder,
  InputError,
  listFolder,
  type OnProgress,
  Prng,
  replaceFolder,
  sweepLeftovers,
  withLock,
  writeJsonAtomic,
  writeMat,
} from '@dml-crc/core'
import { checkWhole } from '@dml-crc/core/numbers'
import sharp from 'sharp'
import { limiter } from '../limiter.ts'
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

/** Raised whenever the drawings change, so that a set drawn before is not taken for one of these. */
const VERSION = 2

/** The file by which a drawn set is known. */
export const MARKER = 'demo.json'

/** What decides the pictures. */
function contentOf({ seed = 0, perClass = { train: 20, val: 10, test: 20 }, size = 112 }: DrawDemoOptions) {
  for (const [split, count] of Object.entries(perClass)) checkWhole(`perClass.${split}`, count, 1)
  checkWhole('size', size, 16)
  return { version: VERSION, seed, perClass, size }
}

/**
 * The folder of downloads' own place for the set of these options: sets that differ have different places, so that none
 * is replaced while another process reads it.
 */
export function demoFolder(options: DrawDemoOptions = {}): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(contentOf(options)))
    .digest('hex')
  return homeFolder('datasets', `demo-${digest.slice(0, 12)}`)
}

/**
 * Draws the demo set into the folder `root`: 20 kinds of flowers that differ in few and subtle traits, in the
 * layout of Oxford Flowers 102, so that `flowers102` reads it too. The same options draw the same pictures.
 * A set that is already there, drawn with the same options, is left as it is.
 * @throws {InputError} when the folder holds something else or a set drawn with other options, or an option is out of range.
 */
export async function drawDemo(root: string, options: DrawDemoOptions = {}): Promise<void> {
  const { onProgress } = options
  const content = contentOf(options)
  const isThere = async () => {
    const present = await listFolder(root)
    if (present.length === 0) return false
    const drawn = present.includes(MARKER) ? await readFile(join(root, MARKER), 'utf8') : undefined
    if (drawn === `${JSON.stringify(content, null, 2)}\n`) return true
    const remedy = 'Name another folder: this one is left as it is.'
    const received = drawn === undefined ? 'other files' : 'a demo set drawn with other options'
    throw new InputError(root, { expected: 'an empty folder, or one with this demo set', received, remedy })
  }
  const lock = `${resolve(root)}.lock`
  if (await isThere()) return clearLock(lock)
  const task = 'draw the demo set'
  const onWait = () => onProgress?.({ kind: 'note', task, text: 'another process is drawing it: waiting for that' })
  await withLock(
    lock,
    async () => {
      await sweepLeftovers(dirname(resolve(root)))
      if (await isThere()) return
      await replaceFolder(root, async (aside) => {
        await mkdir(join(aside, 'jpg'))
        await drawPictures(aside, Prng.fromSeed(content.seed), content.perClass, content.size, onProgress)
        await writeJsonAtomic(join(aside, MARKER), content)
      })
    },
    { onWait },
  )
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
