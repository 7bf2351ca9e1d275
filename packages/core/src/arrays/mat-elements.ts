import { inflateSync } from 'node:zlib'
import { DataError, DmlCrcError } from '../errors.ts'
import { memoryBudget } from './budget.ts'
import { COMPRESSED, HEADER_BYTES, MATRIX, STORAGE, VERSION } from './mat-format.ts'
import { decodeNumbers, widthOf } from './numbers.ts'
import { elementCount, isShape, rowMajor, type TensorData } from './tensor.ts'

/** A data element of a MAT 5 file: its type number and its bytes. */
export interface Element {
  type: number
  body: Uint8Array
  /** Where the next element begins. */
  next: number
}

const view = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/**
 * Reads one tag and its data. A tag whose upper half is not zero holds up to four bytes in itself.
 * @throws {RangeError} when it ends after `source`.
 */
export function element(source: Uint8Array, at: number, little: boolean): Element {
  const tag = view(source)
  const first = tag.getUint32(at, little)
  const packed = first >>> 16
  const [type, length, start] = packed
    ? [first & 0xffff, packed, at + 4]
    : [first, tag.getUint32(at + 4, little), at + 8]
  if (packed > 4) throw new RangeError(`${packed} bytes in a tag that has room for 4`)
  const end = start + length
  if (end > source.length) throw new RangeError(`an element that ends at ${end} of ${source.length} bytes`)
  // Compressed elements alone are not padded to eight bytes.
  const next = packed ? at + 8 : type === COMPRESSED ? end : Math.ceil(end / 8) * 8
  return { type, body: source.subarray(start, end), next }
}

/** The numbers of an element. @throws {RangeError} when they are of an unknown type or end within one. */
export function numbers({ type, body }: Element, little: boolean): TensorData {
  const kind = STORAGE[type]
  if (kind === undefined) throw new RangeError(`numbers of the unknown type ${type}`)
  if (body.length % widthOf(kind) !== 0)
    throw new RangeError(`${body.length} bytes of numbers of ${widthOf(kind)} bytes`)
  return decodeNumbers(kind, body, little)
}

/** What every array element begins with. */
export interface ArrayHead {
  arrayClass: number
  shape: readonly number[]
  name: string
  /** Where its contents begin. */
  at: number
}

/** The head of an array element, or `undefined` where it is empty or of a class that is not to be read. */
export function arrayHead(
  body: Uint8Array,
  little: boolean,
  isRead: (arrayClass: number) => boolean,
): ArrayHead | undefined {
  // Empty elements stand for variables without a value.
  if (body.length === 0) return undefined
  const flags = element(body, 0, little)
  const arrayClass = view(flags.body).getUint32(0, little) & 0xff
  if (!isRead(arrayClass)) return undefined
  const dimensions = element(body, flags.next, little)
  const name = element(body, dimensions.next, little)
  const shape = Array.from(numbers(dimensions, little), Number)
  if (!isShape(shape)) throw new RangeError(`the shape [${shape}]`)
  return { arrayClass, shape, name: new TextDecoder().decode(name.body), at: name.next }
}

/** The numbers of a numeric array (the real part of complex ones), row-major. */
export function numericData(body: Uint8Array, { shape, at }: ArrayHead, little: boolean): TensorData {
  const data = numbers(element(body, at, little), little)
  if (elementCount(shape) !== data.length) throw new RangeError(`${data.length} numbers for [${shape}]`)
  return rowMajor(data, shape)
}

class OverBudget extends Error {}

/** What the contents of a file may still take in memory ({@link memoryBudget}). */
export class Budget {
  #left: number

  constructor(fileBytes: number) {
    this.#left = memoryBudget(fileBytes)
  }

  /** @throws when there is less left. */
  take(bytes: number): void {
    this.#left -= bytes
    if (this.#left <= 0) throw new OverBudget()
  }

  inflate(packed: Uint8Array): Uint8Array {
    const inflated = inflateSync(packed, { maxOutputLength: this.#left })
    this.#left -= inflated.length
    return inflated
  }
}

/** How the body of an array element becomes a named value; `undefined` leaves it out. */
type ReadArray<T> = (body: Uint8Array, little: boolean, budget: Budget) => [name: string, value: T] | undefined

function decode<T>(bytes: Uint8Array, little: boolean, read: ReadArray<T>): Map<string, T> {
  const variables = new Map<string, T>()
  const budget = new Budget(bytes.length)
  for (let at = HEADER_BYTES; at < bytes.length; ) {
    let current = element(bytes, at, little)
    at = current.next
    if (current.type === COMPRESSED) current = element(budget.inflate(current.body), 0, little)
    const variable = current.type === MATRIX ? read(current.body, little, budget) : undefined
    if (variable && variables.has(variable[0])) throw new RangeError(`two variables named ${variable[0]}`)
    if (variable) variables.set(...variable)
  }
  return variables
}

/**
 * Reads the variables of a MATLAB 5 file, compressed or plain, of either byte order.
 * Source: "MAT-File Format", The MathWorks, chapter 1.
 * @param path names the bytes in errors
 * @param read reads one array element; what it throws says that the file is damaged
 * @throws {DataError} when the file is damaged, unpacks to more than its memory budget, or is of another format such as
 *   7.3 (HDF5).
 */
export function parseVariables<T>(bytes: Uint8Array, path: string, read: ReadArray<T>): Map<string, T> {
  const expected = 'a MATLAB 5 file'
  const latin1 = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  const text = latin1(0, 116)
  if (text.startsWith('MATLAB 7.3') || text.startsWith('\x89HDF') || latin1(512, 516) === '\x89HDF') {
    const remedy = "Save it again in MATLAB with save(…, '-v7')."
    throw new DataError(path, { expected, received: 'a MATLAB 7.3 file (HDF5)', remedy })
  }
  const order = latin1(126, 128)
  const little = order === 'IM'
  if (bytes.length < HEADER_BYTES || !(little || order === 'MI') || view(bytes).getUint16(124, little) !== VERSION) {
    const received = `${bytes.length} bytes that begin with '${text.slice(0, 20)}'`
    throw new DataError(path, { expected, received, remedy: 'Fetch the file again.' })
  }
  try {
    return decode(bytes, little, read)
  } catch (cause) {
    if (cause instanceof DmlCrcError) throw cause
    const { code, message } = cause as NodeJS.ErrnoException
    const tooLarge = cause instanceof OverBudget || code === 'ERR_BUFFER_TOO_LARGE'
    throw new DataError(
      path,
      {
        expected: tooLarge
          ? `contents of at most ${memoryBudget(bytes.length)} bytes in a file of this size`
          : expected,
        received: tooLarge ? 'more' : `a damaged one (${message})`,
        remedy: tooLarge
          ? "If it is what it should be, save it with '-v6', without compression."
          : 'Fetch the file again.',
      },
      { cause },
    )
  }
}
