import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile, sweepLeftovers } from '@dml-crc/core'
import { type Window, withResampler } from '../transforms/resample.ts'
import { type Size, shortSide } from '../transforms/transform.ts'
import { fill, lengthOf, withFile } from './file-bytes.ts'
import { decoders, type Image, openImage } from './image.ts'

/** Width and height of the stored pixels, then of the file they were made from. */
const HEADER_BYTES = 16

/** Raised when the stored form, or what is stored, changes. */
const VERSION = 2

interface Stored {
  file: string
  size: Size
  full: Size
}

/**
 * A folder of images decoded and reduced, each as RGB bytes in a file of its own. The key of one holds its file's
 * path, length and time of change, so that a file that was replaced is decoded again: by the next cache, for each
 * looks at a file once only; and the decoders, which differ in the last bits.
 */
export class ImageCache {
  readonly #folder: string
  readonly #known = new Map<string, Promise<Stored>>()
  #swept?: Promise<void>

  constructor(folder: string) {
    this.#folder = folder
  }

  /** The image with its short side at most `side`, from the folder, or from its file and then stored. */
  async open(path: string, side: number): Promise<Image> {
    const { size, full } = await this.#find(path, side)
    return { size, scale: size.width / full.width, draw: (window, out) => this.#draw(path, side, window, out) }
  }

  #find(path: string, side: number): Promise<Stored> {
    const name = `${side} ${path}`
    let stored = this.#known.get(name)
    if (!stored) {
      stored = this.#look(path, side)
      this.#known.set(name, stored)
      stored.catch(() => this.#known.delete(name))
    }
    return stored
  }

  async #look(path: string, side: number): Promise<Stored> {
    const { size, mtimeMs } = await stat(path)
    const parts = [VERSION, await decoders(), path, size, mtimeMs, side]
    const key = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
    const file = join(this.#folder, key.slice(0, 2), `${key}.rgb`)
    const stored = await readHeader(file)
    if (stored) return stored
    // What processes left that were killed while they wrote.
    this.#swept ??= sweepLeftovers(this.#folder, { deep: true })
    await this.#swept
    return make(path, side, file)
  }

  async #draw(path: string, side: number, window: Window, out: Uint8Array): Promise<void> {
    if (await read(await this.#find(path, side), window, out)) return
    // Cut or removed since it was looked at.
    this.#known.delete(`${side} ${path}`)
    const stored = await this.#find(path, side)
    if (!(await read(stored, window, out))) throw new Error(`${stored.file} cannot be read`)
  }
}

/** What is stored in `file`; nothing where that is missing or cut. */
async function readHeader(file: string): Promise<Stored | undefined> {
  const head = Buffer.alloc(HEADER_BYTES)
  const bytes = await withFile(file, async (descriptor) =>
    (await fill(descriptor, head, 0)) ? lengthOf(descriptor) : 0,
  ).catch(() => 0)
  const [width, height, fullWidth, fullHeight] = [0, 4, 8, 12].map((at) => head.readUInt32LE(at))
  if (width === 0 || bytes !== HEADER_BYTES + width * height * 3) return undefined
  return { file, size: { width, height }, full: { width: fullWidth, height: fullHeight } }
}

async function make(path: string, side: number, file: string): Promise<Stored> {
  const image = await openImage(path)
  const full = image.size
  const size = Math.min(full.width, full.height) > side ? shortSide(full, side) : full
  const pixels = Buffer.allocUnsafe(size.width * size.height * 3)
  await image.draw({ ...size, left: 0, top: 0, columns: size.width, rows: size.height }, pixels)
  const header = Buffer.alloc(HEADER_BYTES)
  for (const [i, length] of [size.width, size.height, full.width, full.height].entries()) {
    header.writeUInt32LE(length, 4 * i)
  }
  await replaceFile(file, (handle) => handle.writev([header, pixels]).then(() => {}))
  return { file, size, full }
}

/** Draws from the stored rows that the window needs. False where they are not there. */
function read({ file, size }: Stored, window: Window, out: Uint8Array): Promise<boolean> {
  return withResampler((resampler) => {
    const { pixels, firstRow, rowCount } = resampler.prepare(size, window)
    const line = size.width * 3
    const rows = pixels.subarray(firstRow * line, (firstRow + rowCount) * line)
    return withFile(file, async (descriptor) => {
      const whole = await fill(descriptor, rows, HEADER_BYTES + firstRow * line)
      if (whole) resampler.write(out)
      return whole
    }).catch(() => false)
  })
}
