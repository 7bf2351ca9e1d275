import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { replaceFile } from '@dml-crc/core'
import type { Size } from './transform.ts'

/** An image as RGB bytes, [height, width, 3]. */
export interface Pixels extends Size {
  data: Buffer
}

const HEADER_BYTES = 8

/** Raised when the stored form, or what is stored, changes. */
const VERSION = 1

/**
 * A decoded image from the cache folder, or from `make`, whose result is then stored. The key holds the file's path,
 * length and time of change, so that a file that was replaced is decoded anew.
 */
export async function cached(folder: string, path: string, side: number, make: () => Promise<Pixels>): Promise<Pixels> {
  const { size, mtimeMs } = await stat(path)
  const key = createHash('sha256')
    .update(JSON.stringify([VERSION, path, size, mtimeMs, side]))
    .digest('hex')
  const file = join(folder, key.slice(0, 2), `${key}.rgb`)
  const bytes = await readFile(file).catch(() => undefined)
  if (bytes && bytes.length > HEADER_BYTES) {
    const [width, height] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)]
    if (bytes.length === HEADER_BYTES + width * height * 3) return { width, height, data: bytes.subarray(HEADER_BYTES) }
  }
  const made = await make()
  const header = Buffer.alloc(HEADER_BYTES)
  header.writeUInt32LE(made.width, 0)
  header.writeUInt32LE(made.height, 4)
  await replaceFile(file, (handle) => handle.writev([header, made.data]).then(() => {}))
  return made
}
