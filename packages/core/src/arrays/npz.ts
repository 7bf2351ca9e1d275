import { promisify } from 'node:util'
import crc32 from 'crc-32'
import * as yauzl from 'yauzl'
import { DataError, DmlCrcError } from '../errors.ts'
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
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    const fromBuffer = promisify<Buffer, yauzl.Options, yauzl.ZipFile>(yauzl.fromBuffer)
    const zip = await fromBuffer(buffer, { lazyEntries: true, autoClose: false })
    // Each entry of the directory takes 46 bytes or more.
    if (zip.entryCount * 46 > bytes.length) throw new Error(`${zip.entryCount} entries in ${bytes.length} bytes`)
    const arrays = new Map<string, () => Promise<FileArray>>()
    for (const entry of await listEntries(zip)) {
      const name = entry.fileName.replace(/\.npy$/, '')
      if (arrays.has(name)) throw new Error(`two arrays named ${name}`)
      arrays.set(name, async () => parseNpy(await readEntry(zip, entry, bytes.length, path), `${path}:${name}`))
    }
    return arrays
  } catch (cause) {
    throw damaged(path, `a damaged one (${(cause as Error).message})`, cause)
  }
}

function listEntries(zip: yauzl.ZipFile): Promise<yauzl.Entry[]> {
  return new Promise((resolve, reject) => {
    const entries: yauzl.Entry[] = []
    zip.on('entry', (entry) => {
      entries.push(entry)
      zip.readEntry()
    })
    zip.on('end', () => resolve(entries))
    zip.on('error', reject)
    zip.readEntry()
  })
}

async function readEntry(zip: yauzl.ZipFile, entry: yauzl.Entry, size: number, path: string): Promise<Uint8Array> {
  // An entry that unpacks to more than it says is refused while it is read.
  checkBudget(path, entry.uncompressedSize, size)
  try {
    const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
      zip.openReadStream(entry, (error, opened) => (error ? reject(error) : resolve(opened)))
    })
    const pieces: Buffer[] = []
    for await (const piece of stream) pieces.push(piece as Buffer)
    const content = Buffer.concat(pieces)
    if (crc32.buf(content) >>> 0 !== entry.crc32) throw new Error(`${entry.fileName} has another CRC-32 than recorded`)
    return content
  } catch (cause) {
    throw cause instanceof DmlCrcError ? cause : damaged(path, (cause as Error).message, cause)
  }
}
