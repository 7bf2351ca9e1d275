import { buffer } from 'node:stream/consumers'
import crc32 from 'crc-32'
import { DataError, DmlCrcError } from '../errors.ts'
import { openZip, type ZipEntry } from '../files/zip.ts'
import { checkBudget } from './budget.ts'
import { parseNpy } from './npy.ts'
import type { FileArray } from './tensor.ts'

function damaged(path: string, received: string, cause?: unknown): DataError {
  const expected = 'a zip archive of .npy arrays'
  return new DataError(path, { expected, received, remedy: 'Save it again with numpy.savez.' }, { cause })
}

/**
 * The arrays of a .npz file by name, each read when it is asked for.
 * @param path names the bytes in errors
 * @throws {DataError} for other bytes; from an array's reader, where it is damaged (by its CRC-32 too) or unpacks to more
 *   than the memory budget of the file.
 */
export async function parseNpz(bytes: Uint8Array, path: string): Promise<Map<string, () => Promise<FileArray>>> {
  try {
    const { entries } = await openZip(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    const arrays = new Map<string, () => Promise<FileArray>>()
    for (const entry of entries) {
      const name = entry.fileName.replace(/\.npy$/, '')
      if (arrays.has(name)) throw new Error(`two arrays named ${name}`)
      arrays.set(name, async () => parseNpy(await readEntry(entry, bytes.length, path), `${path}:${name}`))
    }
    return arrays
  } catch (cause) {
    throw damaged(path, `a damaged one (${(cause as Error).message})`, cause)
  }
}

async function readEntry(entry: ZipEntry, size: number, path: string): Promise<Uint8Array> {
  checkBudget(path, entry.uncompressedSize, size)
  try {
    const content = await buffer(await entry.open())
    if (crc32.buf(content) >>> 0 !== entry.crc32) throw new Error(`${entry.fileName} has another CRC-32 than recorded`)
    return content
  } catch (cause) {
    throw cause instanceof DmlCrcError ? cause : damaged(path, (cause as Error).message, cause)
  }
}
