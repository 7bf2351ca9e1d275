import { createHash, type Hash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { DataError, replaceFile } from '@dml-crc/core'

const UNKNOWN_DIGEST = '0'.repeat(64)

function header(rows: number, columns: number, digest: string): Uint8Array {
  const text = JSON.stringify({
    __metadata__: { sha256: digest },
    features: { dtype: 'F32', shape: [rows, columns], data_offsets: [0, rows * columns * 4] },
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
  readonly #file: FileHandle
  readonly #start: number
  readonly #digest: string

  private constructor(path: string, file: FileHandle, start: number, shape: [number, number], digest: string) {
    this.path = path
    this.#file = file
    this.#start = start
    ;[this.rows, this.columns] = shape
    this.#digest = digest
  }

  /** @throws {DataError} when the file is missing, cut, or was not written by `writeFeatureFile`. */
  static async open(path: string): Promise<FeatureFile> {
    const file = await open(path, 'r').catch((cause) => {
      throw damaged(path, cause.code, cause)
    })
    try {
      const { size } = await file.stat()
      const head = new Uint8Array(Math.min(size, 4096))
      await file.read(head, 0, head.length, 0)
      const length = size < 8 ? 0 : Number(new DataView(head.buffer).getBigUint64(0, true))
      const { __metadata__, features } = JSON.parse(new TextDecoder().decode(head.subarray(8, 8 + length)))
      const [rows, columns] = features.shape
      if (size !== 8 + length + rows * columns * 4) throw damaged(path, `${size} bytes`)
      return new FeatureFile(path, file, 8 + length, [rows, columns], __metadata__.sha256)
    } catch (cause) {
      await file.close()
      throw cause instanceof DataError ? cause : damaged(path, 'a header that cannot be read', cause)
    }
  }

  /** Rows `begin` to `end`, without `end`: [end − begin, columns]. */
  async read(begin: number, end: number): Promise<Float32Array> {
    const data = new Float32Array((end - begin) * this.columns)
    const bytes = bytesOf(data)
    let done = 0
    while (done < bytes.length) {
      const position = this.#start + begin * this.columns * 4 + done
      const { bytesRead } = await this.#file.read(bytes, done, Math.min(bytes.length - done, 2 ** 30), position)
      if (bytesRead === 0) throw damaged(this.path, `an end after ${done} of ${bytes.length} bytes`)
      done += bytesRead
    }
    return data
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
    if (digest !== this.#digest) throw damaged(this.path, `other bytes (sha256 ${digest.slice(0, 8)}…)`)
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function damaged(path: string, received: string, cause?: unknown): DataError {
  const remedy = 'Extract the features again.'
  return new DataError(path, { expected: 'a whole feature file', received, remedy }, { cause })
}
