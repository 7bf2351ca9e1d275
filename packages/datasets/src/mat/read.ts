import { readFile } from 'node:fs/promises'
import { inflateSync } from 'node:zlib'
import { DataError } from '@dml-crc/core'
import {
  COMPRESSED,
  FIRST_NUMERIC_CLASS,
  HEADER_BYTES,
  LAST_NUMERIC_CLASS,
  MATRIX,
  type MatArray,
  VERSION,
} from './format.ts'

/** Bytes of a number of each storage type, and how to read one. */
const NUMBERS: Record<number, [bytes: number, read: (view: DataView, at: number, little: boolean) => number]> = {
  1: [1, (view, at) => view.getInt8(at)],
  2: [1, (view, at) => view.getUint8(at)],
  3: [2, (view, at, little) => view.getInt16(at, little)],
  4: [2, (view, at, little) => view.getUint16(at, little)],
  5: [4, (view, at, little) => view.getInt32(at, little)],
  6: [4, (view, at, little) => view.getUint32(at, little)],
  7: [4, (view, at, little) => view.getFloat32(at, little)],
  9: [8, (view, at, little) => view.getFloat64(at, little)],
  12: [8, (view, at, little) => Number(view.getBigInt64(at, little))],
  13: [8, (view, at, little) => Number(view.getBigUint64(at, little))],
}

/** What a compressed variable may grow to: a bound against files made to fill the memory. */
const MAX_INFLATED_BYTES = 2 ** 28

interface Element {
  type: number
  body: DataView
  /** Where the next element begins. */
  next: number
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** Reads one tag and its data. A tag whose upper half is not zero holds up to four bytes in itself. */
function element(source: DataView, at: number, little: boolean): Element {
  const first = source.getUint32(at, little)
  const packed = first >>> 16
  const [type, length, start] = packed
    ? [first & 0xffff, packed, at + 4]
    : [first, source.getUint32(at + 4, little), at + 8]
  const body = new DataView(source.buffer, source.byteOffset + start, length)
  // Compressed elements alone are not padded to eight bytes.
  const end = start + length
  return { type, body, next: packed ? at + 8 : type === COMPRESSED ? end : Math.ceil(end / 8) * 8 }
}

function numbers({ type, body }: Element, little: boolean): Float64Array {
  const [bytes, read] = NUMBERS[type]
  return Float64Array.from({ length: body.byteLength / bytes }, (_, i) => read(body, i * bytes, little))
}

/** The name and numbers of a matrix element, or `undefined` for text, cells, structures and sparse arrays. */
function matrix(body: DataView, little: boolean): [string, MatArray] | undefined {
  const flags = element(body, 0, little)
  const arrayClass = flags.body.getUint32(0, little) & 0xff
  if (arrayClass < FIRST_NUMERIC_CLASS || arrayClass > LAST_NUMERIC_CLASS) return undefined
  const dimensions = element(body, flags.next, little)
  const name = element(body, dimensions.next, little)
  const shape = [...numbers(dimensions, little)]
  const data = numbers(element(body, name.next, little), little)
  if (shape.reduce((a, b) => a * b, 1) !== data.length) throw new RangeError(`${data.length} numbers for [${shape}]`)
  return [new TextDecoder().decode(name.body), { shape, data }]
}

function decodeMat(bytes: Uint8Array, little: boolean): Map<string, MatArray> {
  const variables = new Map<string, MatArray>()
  for (let at = HEADER_BYTES; at < bytes.byteLength; ) {
    let current = element(view(bytes), at, little)
    at = current.next
    if (current.type === COMPRESSED) {
      const packed = new Uint8Array(current.body.buffer, current.body.byteOffset, current.body.byteLength)
      current = element(view(inflateSync(packed, { maxOutputLength: MAX_INFLATED_BYTES })), 0, little)
    }
    const variable = current.type === MATRIX ? matrix(current.body, little) : undefined
    if (variable) variables.set(...variable)
  }
  return variables
}

/**
 * Reads the numeric arrays of a MATLAB 5 file (the real part of complex ones), compressed or plain, of either
 * byte order. Variables of other kinds are left out.
 * Source: "MAT-File Format", The MathWorks, chapter 1.
 * @throws {DataError} when the file is missing, damaged, or of another format such as 7.3 (HDF5).
 */
export async function readMat(path: string): Promise<Map<string, MatArray>> {
  const expected = 'a MATLAB 5 file'
  const bytes = await readFile(path).catch((cause) => {
    throw new DataError(path, { expected, received: cause.code, remedy: 'Check the path.' }, { cause })
  })
  const text = bytes.subarray(0, 116).toString('latin1')
  if (text.startsWith('MATLAB 7.3') || bytes.includes('\x89HDF\r\n', 0, 'latin1')) {
    const remedy = "Save it again in MATLAB with save(…, '-v7')."
    throw new DataError(path, { expected, received: 'a MATLAB 7.3 file (HDF5)', remedy })
  }
  const order = bytes.toString('latin1', 126, 128)
  const little = order === 'IM'
  if (bytes.length < HEADER_BYTES || !(little || order === 'MI') || view(bytes).getUint16(124, little) !== VERSION) {
    const received = `${bytes.length} bytes that begin with '${text.slice(0, 20)}'`
    throw new DataError(path, { expected, received, remedy: 'Fetch the file again.' })
  }
  try {
    return decodeMat(bytes, little)
  } catch (cause) {
    const received = `a damaged one (${(cause as Error).message})`
    throw new DataError(path, { expected, received, remedy: 'Fetch the file again.' }, { cause })
  }
}

/**
 * One variable of what {@link readMat} returned.
 * @throws {DataError} when it is not there.
 */
export function matVariable(path: string, variables: ReadonlyMap<string, MatArray>, name: string): Float64Array {
  const variable = variables.get(name)
  if (variable) return variable.data
  const received = `variables ${[...variables.keys()].join(', ') || '(none)'}`
  throw new DataError(path, { expected: `a variable ${name}`, received, remedy: 'Fetch the official file.' })
}
