import { type FileHandle, open } from 'node:fs/promises'
import { DataError } from '../errors.ts'
import { replaceFile } from '../files/atomic-file.ts'
import { unreadable } from '../files/read-file.ts'
import {
  decodeTensor,
  parseSafetensorsHeader,
  type Safetensors,
  type SafetensorsEntry,
  type SafetensorsHeader,
  safetensorsDataStart,
  safetensorsPieces,
} from './safetensors.ts'
import type { HostTensor } from './tensor.ts'

async function readFully(file: FileHandle, path: string, position: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    // Node reads at most 2 GiB - 1 at once.
    const piece = Math.min(length - done, 2 ** 30)
    const { bytesRead } = await file.read(bytes, done, piece, position + done)
    if (bytesRead === 0) {
      const remedy = 'The file was cut while it was read: run it again.'
      throw new DataError(path, { expected: `${length} bytes from ${position} on`, received: `${done}`, remedy })
    }
    done += bytesRead
  }
  return bytes
}

/** An open safetensors file whose tensors are read one at a time, so that it may be larger than memory. */
export class SafetensorsFile implements AsyncDisposable {
  readonly path: string
  readonly #file: FileHandle
  readonly #header: SafetensorsHeader

  private constructor(path: string, file: FileHandle, header: SafetensorsHeader) {
    this.path = path
    this.#file = file
    this.#header = header
  }

  /** @throws {DataError} when the file is missing, cut or not a safetensors file. */
  static async open(path: string): Promise<SafetensorsFile> {
    const expected = 'a readable safetensors file'
    const file = await open(path, 'r').catch((cause) => {
      throw unreadable(path, expected, cause)
    })
    try {
      const { size } = await file.stat()
      const dataStart = safetensorsDataStart(path, await readFully(file, path, 0, Math.min(size, 8)), size)
      const header = await readFully(file, path, 8, dataStart - 8)
      return new SafetensorsFile(path, file, parseSafetensorsHeader(path, header, size))
    } catch (error) {
      await file.close()
      throw error instanceof DataError ? error : unreadable(path, expected, error)
    }
  }

  get metadata(): Readonly<Record<string, string>> {
    return this.#header.metadata
  }

  /** Names, dtypes and shapes of the tensors, in the file's order. */
  get entries(): ReadonlyMap<string, SafetensorsEntry> {
    return this.#header.entries
  }

  /** @throws {DataError} when there is no tensor of that name. */
  async read(name: string): Promise<HostTensor> {
    return this.#readPart(this.#entry(name))
  }

  /**
   * Rows `begin` to `end`, without `end`, along the first axis of a tensor.
   * @throws {DataError} when there is no tensor of that name, or it has no such rows.
   */
  async readRows(name: string, begin: number, end: number): Promise<HostTensor> {
    const entry = this.#entry(name)
    const [rows = 0, ...inner] = entry.shape
    if (!(Number.isInteger(begin) && Number.isInteger(end) && begin >= 0 && begin <= end && end <= rows)) {
      const remedy = 'Read rows that it has.'
      throw new DataError(this.path, { expected: `rows of 0 to ${rows}`, received: `${begin} to ${end}`, remedy })
    }
    const width = rows === 0 ? 0 : (entry.end - entry.begin) / rows
    const [from, to] = [entry.begin + begin * width, entry.begin + end * width]
    return this.#readPart({ dtype: entry.dtype, shape: [end - begin, ...inner], begin: from, end: to })
  }

  #entry(name: string): SafetensorsEntry {
    const entry = this.#header.entries.get(name)
    if (entry) return entry
    const found = [...this.#header.entries.keys()].slice(0, 8).join(', ')
    const remedy = 'Check the name, or the file.'
    throw new DataError(this.path, { expected: `a tensor named ${name}`, received: `tensors ${found} …`, remedy })
  }

  async #readPart(part: SafetensorsEntry): Promise<HostTensor> {
    const { begin, end } = part
    return decodeTensor(part, await readFully(this.#file, this.path, this.#header.dataStart + begin, end - begin))
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** @throws {DataError} when the file is missing, cut or not a safetensors file. */
export async function readSafetensors(path: string): Promise<Safetensors> {
  await using file = await SafetensorsFile.open(path)
  const tensors = new Map<string, HostTensor>()
  for (const name of file.entries.keys()) tensors.set(name, await file.read(name))
  return { tensors, metadata: file.metadata }
}

/** Writes tensors as a safetensors file, atomically, in the order given. */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, HostTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const pieces = safetensorsPieces(tensors, metadata)
  await replaceFile(path, async (file) => {
    for (const piece of pieces) await file.writeFile(piece)
  })
}
