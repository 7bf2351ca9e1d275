import { arrayHead, type Budget, type Element, element, numbers, numericData, parseVariables } from './mat-elements.ts'
import {
  CELL_CLASS,
  CHAR_CLASS,
  INT8,
  isNumeric,
  MATRIX,
  STRUCT_CLASS,
  UINT8,
  UINT16,
  UTF8,
  UTF16,
} from './mat-format.ts'
import { elementCount, type TensorData } from './tensor.ts'

/**
 * A value of a MATLAB file without its shape: the numbers of an array (row-major), a text, the rows of a text with several,
 * the values of a cell array, or the records of a structure array by field, also of one that has a single record. Cells and
 * records are in MATLAB's order, the first index fastest.
 */
export type MatValue = TensorData | string | MatValue[] | ReadonlyMap<string, MatValue>

/** Deeper than any list nests its cells and structures. */
const MAX_DEPTH = 16
/** What a value takes in memory besides its numbers or characters, about. */
const VALUE_BYTES = 256

const EMPTY: TensorData = new Float64Array()

const isRead = (arrayClass: number) =>
  isNumeric(arrayClass) || [CELL_CLASS, STRUCT_CLASS, CHAR_CLASS].includes(arrayClass)

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const utf16 = (little: boolean) => new TextDecoder(little ? 'utf-16le' : 'utf-16be', { fatal: true, ignoreBOM: true })

function decodeText({ type, body }: Element, little: boolean): string {
  if (type === UTF8) return utf8.decode(body)
  if (type === UTF16 || type === UINT16) return utf16(little).decode(body)
  if (type === UINT8 || type === INT8) return Buffer.from(body).toString('latin1')
  throw new RangeError(`a text of the unknown type ${type}`)
}

/** The text of a character array, or its rows where it has several. */
function text(source: Element, shape: readonly number[], { little, budget }: Context): string | string[] {
  const decoded = decodeText(source, little)
  const count = elementCount(shape)
  // A character is a unit of UTF-16 for MATLAB, a code point for SciPy.
  const characters = decoded.length === count ? decoded : [...decoded]
  if (characters.length !== count) throw new RangeError(`${characters.length} characters for [${shape}]`)
  const [rows] = shape
  if (rows <= 1 || count === 0) return decoded
  budget.take(rows * VALUE_BYTES)
  const row = (r: number) => Array.from({ length: count / rows }, (_, column) => characters[r + rows * column])
  return Array.from({ length: rows }, (_, r) => row(r).join(''))
}

interface Context {
  little: boolean
  budget: Budget
  depth: number
}

/** The array elements from `at` to the end, one by one; there must be as many as are taken. */
class Members {
  readonly #body: Uint8Array
  readonly #context: Context
  #at: number

  constructor(body: Uint8Array, at: number, context: Context) {
    if (context.depth === MAX_DEPTH) throw new RangeError(`cells and structures in more than ${MAX_DEPTH} levels`)
    this.#body = body
    this.#at = at
    this.#context = { ...context, depth: context.depth + 1 }
  }

  next(): MatValue | undefined {
    this.#context.budget.take(VALUE_BYTES)
    const { type, body, next } = element(this.#body, this.#at, this.#context.little)
    if (type !== MATRIX) throw new RangeError(`an element of type ${type} in a cell or field`)
    this.#at = next
    return body.length === 0 ? EMPTY : array(body, this.#context)?.[1]
  }

  end(): void {
    if (this.#at < this.#body.length) throw new RangeError(`${this.#body.length - this.#at} bytes after the last value`)
  }
}

function cells(body: Uint8Array, at: number, count: number, context: Context): MatValue[] | undefined {
  const members = new Members(body, at, context)
  const values: (MatValue | undefined)[] = []
  while (values.length < count) values.push(members.next())
  members.end()
  return values.every((value) => value !== undefined) ? values : undefined
}

/** Field names lie one after another, each in as many bytes, filled with zeros. */
function fieldNames(width: number, body: Uint8Array): string[] {
  if (body.length > 0 && !(width > 0 && body.length % width === 0))
    throw new RangeError(`field names of ${width} bytes in ${body.length} bytes`)
  const names = Array.from({ length: body.length / width || 0 }, (_, i) =>
    utf8.decode(body.subarray(i * width, (i + 1) * width)).replace(/\0.*$/s, ''),
  )
  if (new Set(names).size < names.length) throw new RangeError(`fields of the same name in ${names}`)
  return names
}

function records(body: Uint8Array, at: number, count: number, context: Context): MatValue[] | undefined {
  const width = element(body, at, context.little)
  const names = element(body, width.next, context.little)
  const fields = fieldNames(Number(numbers(width, context.little)[0]), names.body)
  const members = new Members(body, names.next, context)
  const list: ReadonlyMap<string, MatValue>[] = []
  let isWhole = true
  while (list.length < count) {
    context.budget.take(VALUE_BYTES)
    const record = new Map<string, MatValue>()
    for (const field of fields) {
      const value = members.next()
      if (value === undefined) isWhole = false
      else record.set(field, value)
    }
    list.push(record)
  }
  members.end()
  return isWhole ? list : undefined
}

/** The name and value of an array element; `undefined` where it is of another kind or holds one. */
function array(body: Uint8Array, context: Context): [string, MatValue] | undefined {
  const head = arrayHead(body, context.little, isRead)
  if (head === undefined) return undefined
  const { arrayClass, shape, at, name } = head
  const count = elementCount(shape)
  let value: MatValue | undefined
  if (arrayClass === CELL_CLASS) value = cells(body, at, count, context)
  else if (arrayClass === STRUCT_CLASS) value = records(body, at, count, context)
  else if (arrayClass === CHAR_CLASS) value = text(element(body, at, context.little), shape, context)
  else value = numericData(body, head, context.little)
  return value === undefined ? undefined : [name, value]
}

/**
 * Reads the variables of a MATLAB 5 file: numbers, texts, cells and structures. Variables that are or hold something else
 * (sparse arrays, objects, functions) are left out.
 * @param path names the bytes in errors
 * @throws {DataError} as `parseMat`, and when cells and structures nest in more than 16 levels.
 */
export function parseMatValues(bytes: Uint8Array, path: string): Map<string, MatValue> {
  return parseVariables(bytes, path, (body, little, budget) => array(body, { little, budget, depth: 0 }))
}
