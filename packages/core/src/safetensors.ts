import { type FileHandle, open } from 'node:fs/promises'
import { replaceFile } from './atomic-file.ts'
import { DataError } from './errors.ts'
import { bfloat16ToFloat32, float16ToFloat32 } from './float16.ts'

/** The numbers of a tensor in memory. F16 and BF16 are widened to float32 when read. */
export type TensorData = Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array

export interface HostTensor<T extends TensorData = TensorData> {
  shape: readonly number[]
  data: T
}

export interface SafetensorsEntry {
  dtype: Dtype
  shape: readonly number[]
}

const BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2, I64: 8, I32: 4, U8: 1, BOOL: 1 } as const
type Dtype = keyof typeof BYTES

const DTYPE_OF = new Map<unknown, Dtype>([
  [Float64Array, 'F64'],
  [Float32Array, 'F32'],
  [Int32Array, 'I32'],
  [BigInt64Array, 'I64'],
  [Uint8Array, 'U8'],
])

/** The format's own bound on the header, against files that are something else. */
const MAX_HEADER_BYTES = 100_000_000

function decode(dtype: Dtype, bytes: ArrayBuffer): TensorData {
  switch (dtype) {
    case 'F64':
      return new Float64Array(bytes)
    case 'F32':
      return new Float32Array(bytes)
    case 'F16':
      return float16ToFloat32(new Uint16Array(bytes))
    case 'BF16':
      return bfloat16ToFloat32(new Uint16Array(bytes))
    case 'I64':
      return new BigInt64Array(bytes)
    case 'I32':
      return new Int32Array(bytes)
    case 'U8':
    case 'BOOL':
      return new Uint8Array(bytes)
  }
}

const elements = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1)

function damaged(path: string, expected: string, received: string, cause?: unknown): DataError {
  const remedy = 'The file is damaged or not a safetensors file: fetch or write it again.'
  return new DataError(path, { expected, received, remedy }, { cause })
}

interface Header {
  metadata: Record<string, string>
  entries: Map<string, SafetensorsEntry & { begin: number; end: number }>
}

function parseHeader(path: string, text: string, dataBytes: number): Header {
  let json: Record<string, unknown>
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw damaged(path, 'a header in JSON', `${text.slice(0, 40)}…`, cause)
  }
  const { __metadata__: metadata = {}, ...tensors } = json
  const entries: Header['entries'] = new Map()
  for (const [name, value] of Object.entries(tensors)) {
    const { dtype, shape, data_offsets } = value as { dtype: Dtype; shape: number[]; data_offsets: [number, number] }
    if (!(dtype in BYTES)) throw damaged(path, `${name} in one of ${Object.keys(BYTES).join(', ')}`, String(dtype))
    const [begin, end] = data_offsets
    if (end - begin !== elements(shape) * BYTES[dtype]) {
      throw damaged(path, `${elements(shape) * BYTES[dtype]} bytes of ${name}`, `${end - begin}`)
    }
    if (begin < 0 || end > dataBytes) throw damaged(path, `${end} bytes of data`, `${dataBytes}, cut inside ${name}`)
    entries.set(name, { dtype, shape, begin, end })
  }
  return { metadata: metadata as Record<string, string>, entries }
}

async function readFully(file: FileHandle, path: string, position: number, length: number): Promise<ArrayBuffer> {
  const bytes = new Uint8Array(length)
  let done = 0
  while (done < length) {
    // Node reads at most 2 GiB - 1 at once.
    const piece = Math.min(length - done, 2 ** 30)
    const { bytesRead } = await file.read(bytes, done, piece, position + done)
    if (bytesRead === 0) throw damaged(path, `${length} bytes from ${position} on`, `${done}`)
    done += bytesRead
  }
  return bytes.buffer
}

/** An open safetensors file whose tensors are read one at a time, so that it may be larger than memory. */
export class SafetensorsFile implements AsyncDisposable {
  readonly path: string
  readonly metadata: Readonly<Record<string, string>>
  readonly #file: FileHandle
  readonly #dataStart: number
  readonly #entries: Header['entries']

  private constructor(path: string, file: FileHandle, dataStart: number, header: Header) {
    this.path = path
    this.#file = file
    this.#dataStart = dataStart
    this.metadata = header.metadata
    this.#entries = header.entries
  }

  /** @throws {DataError} when the file is missing, cut or not a safetensors file. */
  static async open(path: string): Promise<SafetensorsFile> {
    const file = await open(path, 'r').catch((cause) => {
      const remedy = 'Check the path.'
      throw new DataError(path, { expected: 'a readable safetensors file', received: cause.code, remedy }, { cause })
    })
    try {
      const { size } = await file.stat()
      if (size < 8) throw damaged(path, 'at least 8 bytes', `${size}`)
      const length = Number(new DataView(await readFully(file, path, 0, 8)).getBigUint64(0, true))
      if (length > Math.min(size - 8, MAX_HEADER_BYTES))
        throw damaged(path, `a header of ${length} bytes`, `${size - 8}`)
      const text = new TextDecoder().decode(await readFully(file, path, 8, length))
      return new SafetensorsFile(path, file, 8 + length, parseHeader(path, text, size - 8 - length))
    } catch (error) {
      await file.close()
      throw error
    }
  }

  /** Names, dtypes and shapes of the tensors, in the file's order. */
  get entries(): ReadonlyMap<string, SafetensorsEntry> {
    return this.#entries
  }

  /** @throws {DataError} when there is no tensor of that name. */
  async read(name: string): Promise<HostTensor> {
    const entry = this.#entries.get(name)
    if (!entry) {
      const found = [...this.#entries.keys()].slice(0, 8).join(', ')
      const remedy = 'Check the name, or the file.'
      throw new DataError(this.path, { expected: `a tensor named ${name}`, received: `tensors ${found} …`, remedy })
    }
    const bytes = await readFully(this.#file, this.path, this.#dataStart + entry.begin, entry.end - entry.begin)
    return { shape: entry.shape, data: decode(entry.dtype, bytes) }
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** A whole safetensors file in memory. */
export interface Safetensors {
  tensors: Map<string, HostTensor>
  metadata: Readonly<Record<string, string>>
}

/** @throws {DataError} when the file is missing, cut or not a safetensors file. */
export async function readSafetensors(path: string): Promise<Safetensors> {
  const file = await SafetensorsFile.open(path)
  try {
    const tensors = new Map<string, HostTensor>()
    for (const name of file.entries.keys()) tensors.set(name, await file.read(name))
    return { tensors, metadata: file.metadata }
  } finally {
    await file.close()
  }
}

/** Writes tensors as a safetensors file, atomically, in the order given. */
export async function writeSafetensors(
  path: string,
  tensors: Iterable<readonly [string, HostTensor]>,
  metadata: Record<string, string> = {},
): Promise<void> {
  const list = [...tensors]
  const header: Record<string, unknown> = { __metadata__: metadata }
  let offset = 0
  for (const [name, { shape, data }] of list) {
    const dtype = DTYPE_OF.get(data.constructor)
    if (!dtype || elements(shape) !== data.length) {
      throw new DataError(`tensor ${name}`, {
        expected: `${elements(shape)} numbers for shape [${shape}]`,
        received: `${data.constructor.name} of ${data.length}`,
        remedy: 'Pass data that fills the shape.',
      })
    }
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] }
    offset += data.byteLength
  }
  const text = new TextEncoder().encode(JSON.stringify(header))
  // The format aligns the data on 8 bytes by padding the header with spaces.
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20)
  padded.set(text)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true)
  await replaceFile(path, async (file) => {
    await file.writeFile(length)
    await file.writeFile(padded)
    for (const [, { data }] of list) await file.writeFile(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
  })
}
