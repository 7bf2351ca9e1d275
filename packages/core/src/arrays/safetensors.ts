import { DataError } from '../errors.ts'
import { jsonValue } from '../json.ts'
import { decodeNumbers, type NumberKind, widthOf } from './numbers.ts'
import { elementCount, type HostTensor, isShape } from './tensor.ts'

const KINDS = {
  F64: 'f8',
  F32: 'f4',
  F16: 'f2',
  BF16: 'bf2',
  I64: 'i8',
  I32: 'i4',
  I16: 'i2',
  I8: 'i1',
  U64: 'u8',
  U32: 'u4',
  U16: 'u2',
  U8: 'u1',
  BOOL: 'u1',
} as const satisfies Record<string, NumberKind>

export type SafetensorsDtype = keyof typeof KINDS

const DTYPE_OF = new Map<unknown, SafetensorsDtype>([
  [Float64Array, 'F64'],
  [Float32Array, 'F32'],
  [BigInt64Array, 'I64'],
  [Int32Array, 'I32'],
  [Int16Array, 'I16'],
  [Int8Array, 'I8'],
  [BigUint64Array, 'U64'],
  [Uint32Array, 'U32'],
  [Uint16Array, 'U16'],
  [Uint8Array, 'U8'],
])

/** What a tensor of a file is, and where its bytes lie after the header. */
export interface SafetensorsEntry {
  dtype: SafetensorsDtype
  shape: readonly number[]
  begin: number
  end: number
}

export interface SafetensorsHeader {
  metadata: Readonly<Record<string, string>>
  entries: ReadonlyMap<string, SafetensorsEntry>
  /** Where the data begins in the file. */
  dataStart: number
}

/** A whole safetensors file in memory. */
export interface Safetensors {
  tensors: Map<string, HostTensor>
  metadata: Readonly<Record<string, string>>
}

/** A bound on the header, which is parsed as a whole; those of large networks take less than a megabyte. */
const MAX_HEADER_BYTES = 2 ** 24

const REMEDY = 'The file is damaged or not a safetensors file: fetch or write it again.'

function damaged(path: string, expected: string, received: string, cause?: unknown): DataError {
  return new DataError(path, { expected, received, remedy: REMEDY }, { cause })
}

/**
 * Where the header ends, from the first eight bytes.
 * @throws {DataError} when a file of `size` bytes cannot have such a header.
 */
export function safetensorsDataStart(path: string, first: Uint8Array, size: number): number {
  if (size < 8 || first.length < 8) throw damaged(path, 'at least 8 bytes', `${size}`)
  const length = Number(new DataView(first.buffer, first.byteOffset, 8).getBigUint64(0, true))
  if (length > MAX_HEADER_BYTES) throw damaged(path, `a header of at most ${MAX_HEADER_BYTES} bytes`, `${length}`)
  if (length > size - 8) throw damaged(path, `a header of ${length} bytes`, `${size - 8}`)
  return 8 + length
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Reads and checks the header of a file of `size` bytes: known types, whole shapes, and tensors that fill the data without
 * a gap or an overlap, as the format demands.
 * @throws {DataError} for anything else.
 */
export function parseSafetensorsHeader(path: string, bytes: Uint8Array, size: number): SafetensorsHeader {
  const dataStart = 8 + bytes.length
  const json = jsonValue(headerText(path, bytes), path, 'a header in JSON', REMEDY)
  if (!isRecord(json)) throw damaged(path, 'a header that is a JSON object', JSON.stringify(json).slice(0, 40))
  const { __metadata__: metadata = {}, ...tensors } = json
  if (!isRecord(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw damaged(path, 'metadata of texts', JSON.stringify(metadata).slice(0, 60))
  }
  const entries = Object.entries(tensors).map(([name, value]) => [name, parseEntry(path, name, value)] as const)
  checkPlaces(path, entries, size - dataStart)
  return { metadata: metadata as Record<string, string>, entries: new Map(entries), dataStart }
}

function headerText(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw damaged(path, 'a header in UTF-8', 'other bytes', cause)
  }
}

function parseEntry(path: string, name: string, value: unknown): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = isRecord(value) ? value : {}
  if (typeof dtype !== 'string' || !Object.hasOwn(KINDS, dtype)) {
    throw damaged(path, `${name} in one of ${Object.keys(KINDS).join(', ')}`, String(dtype))
  }
  if (!isShape(shape)) throw damaged(path, `a shape of ${name} of whole sizes`, `${JSON.stringify(shape)}`)
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(Number.isSafeInteger) || offsets[0] < 0) {
    throw damaged(path, `the place of ${name} as [begin, end]`, `${JSON.stringify(offsets)}`)
  }
  const [begin, end] = offsets as [number, number]
  const kind = KINDS[dtype as SafetensorsDtype]
  const length = elementCount(shape) * widthOf(kind)
  if (end - begin !== length) throw damaged(path, `${length} bytes of ${name}`, `${end - begin}`)
  return { dtype: dtype as SafetensorsDtype, shape, begin, end }
}

function checkPlaces(path: string, entries: (readonly [string, SafetensorsEntry])[], dataBytes: number): void {
  let filled = 0
  const inOrder = entries.toSorted(([, a], [, b]) => a.begin - b.begin || a.end - b.end)
  for (const [name, { begin, end }] of inOrder) {
    if (begin !== filled)
      throw damaged(path, `${name} to begin at ${filled}, where the tensor before it ends`, `${begin}`)
    if (end > dataBytes) throw damaged(path, `${end} bytes of data`, `${dataBytes}, cut inside ${name}`)
    filled = end
  }
  if (filled !== dataBytes) throw damaged(path, `${filled} bytes of data, as its tensors say`, `${dataBytes}`)
}

/** A tensor from its bytes. */
export function decodeTensor({ dtype, shape }: SafetensorsEntry, bytes: Uint8Array): HostTensor {
  return { shape, data: decodeNumbers(KINDS[dtype], bytes, true) }
}

/**
 * The tensors in the bytes of a safetensors file.
 * @param what names the bytes in errors
 * @throws {DataError} when they are cut or not a safetensors file.
 */
export function parseSafetensors(bytes: Uint8Array, what = 'the safetensors bytes'): Safetensors {
  const dataStart = safetensorsDataStart(what, bytes, bytes.length)
  const { metadata, entries } = parseSafetensorsHeader(what, bytes.subarray(8, dataStart), bytes.length)
  const tensors = new Map<string, HostTensor>()
  for (const [name, entry] of entries) {
    tensors.set(name, decodeTensor(entry, bytes.subarray(dataStart + entry.begin, dataStart + entry.end)))
  }
  return { tensors, metadata }
}

/**
 * The pieces of a safetensors file one after the other, tensors in the order given; their data is not copied.
 * @throws {DataError} when data does not fill its shape or two tensors have one name.
 */
export function safetensorsPieces(
  tensors: Iterable<readonly [string, HostTensor]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array[] {
  const header = new Map<string, unknown>([['__metadata__', metadata]])
  const pieces: Uint8Array[] = []
  let offset = 0
  for (const [name, { shape, data }] of tensors) {
    const dtype = DTYPE_OF.get(data.constructor)
    if (!dtype || elementCount(shape) !== data.length || header.has(name)) {
      throw new DataError(`tensor ${name}`, {
        expected: header.has(name) ? 'a name of its own' : `${elementCount(shape)} numbers for shape [${shape}]`,
        received: header.has(name) ? 'one that is taken' : `${data.constructor.name} of ${data.length}`,
        remedy: 'Pass data that fills the shape, and every name once.',
      })
    }
    header.set(name, { dtype, shape, data_offsets: [offset, offset + data.byteLength] })
    pieces.push(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    offset += data.byteLength
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)))
  // The format aligns the data on 8 bytes by padding the header with spaces.
  const padded = new Uint8Array(Math.ceil(text.length / 8) * 8).fill(0x20)
  padded.set(text)
  const length = new Uint8Array(8)
  new DataView(length.buffer).setBigUint64(0, BigInt(padded.length), true)
  return [length, padded, ...pieces]
}

/**
 * The bytes of a safetensors file, tensors in the order given.
 * @throws {DataError} when data does not fill its shape or two tensors have one name.
 */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, HostTensor]>,
  metadata?: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const pieces = safetensorsPieces(tensors, metadata)
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0))
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.length
  }
  return bytes
}
