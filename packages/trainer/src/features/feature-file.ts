import { createHash, type Hash } from 'node:crypto'
import { DataError, replaceFile, SafetensorsFile } from '@dml-crc/core'

/** The one tensor of such a file. */
const NAME = 'features'

const UNKNOWN_DIGEST = '0'.repeat(64)

function header(rows: number, columns: number, digest: string): Uint8Array {
  const text = JSON.stringify({
    __metadata__: { sha256: digest },
    [NAME]: { dtype: 'F32', shape: [rows, columns], data_offsets: [0, rows * columns * 4] },
  })
  const padded = text.padEnd(Math.ceil(text.length / 8) * 8)
  const bytes = new Uint8Array(8 + padded.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded.length), true)
  bytes.set(new TextEncoder().encode(padded), 8)
  return bytes
}

const bytesOf = (rows: Float32Array) => new Uint8Array(rows.buffer, rows.byteOffset, rows.byteLength)

/**
 * Writes a matrix as the one tensor `features` of a safetensors file, row block by row block, so that it never is in
 * memory as a whole. Its digest goes into the header last. Nothing shows under `path` before everything is written.
 */
export function writeFeatureFile(
  path: string,
  rows: number,
  columns: number,
  blocks: AsyncIterable<Float32Array>,
): Promise<void> {
  return replaceFile(path, async (file) => {
    await file.writeFile(header(rows, columns, UNKNOWN_DIGEST))
    const hash = createHash('sha256')
    for await (const block of blocks) {
      hash.update(bytesOf(block))
      await file.writeFile(bytesOf(block))
    }
    const final = header(rows, columns, hash.digest('hex'))
    await file.write(final, 0, final.length, 0)
  })
}

/** A feature file that is read by blocks of rows, so that it may be larger than memory. */
export class FeatureFile implements AsyncDisposable {
  readonly path: string
  readonly rows: number
  readonly columns: number
  readonly #file: SafetensorsFile

  private constructor(file: SafetensorsFile, rows: number, columns: number) {
    this.path = file.path
    this.#file = file
    this.rows = rows
    this.columns = columns
  }

  /** @throws {DataError} when the file is missing, cut, or was not written by `writeFeatureFile`. */
  static async open(path: string): Promise<FeatureFile> {
    const file = await SafetensorsFile.open(path)
    const { dtype, shape } = file.entries.get(NAME) ?? {}
    if (dtype === 'F32' && shape?.length === 2 && file.metadata.sha256) return new FeatureFile(file, shape[0], shape[1])
    await file.close()
    throw damaged(path, 'a file of other tensors')
  }

  /** Rows `begin` to `end`, without `end`: [end − begin, columns]. */
  async read(begin: number, end: number): Promise<Float32Array> {
    const { data } = await this.#file.readRows(NAME, begin, end)
    return data as Float32Array
  }

  /** All rows by blocks of `size`. */
  async *blocks(size = 1024): AsyncGenerator<Float32Array> {
    for (let row = 0; row < this.rows; row += size) yield await this.read(row, Math.min(this.rows, row + size))
  }

  /** @throws {DataError} when the bytes are not those that were written. */
  async verify(): Promise<void> {
    const hash: Hash = createHash('sha256')
    for await (const block of this.blocks()) hash.update(bytesOf(block))
    const digest = hash.digest('hex')
    if (digest !== this.#file.metadata.sha256) throw damaged(this.path, `other bytes (sha256 ${digest.slice(0, 8)}…)`)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function damaged(path: string, received: string): DataError {
  const remedy = 'Extract the features again.'
  return new DataError(path, { expected: 'a whole feature file', received, remedy })
}
