import { DataError } from '../errors.ts'
import { decodeNumbers, isNumberKind } from './numbers.ts'
import { elementCount, type FileArray, isShape, rowMajor } from './tensor.ts'

function damaged(path: string, expected: string, received: string): DataError {
  return new DataError(path, { expected, received, remedy: 'Save the array again with numpy.save.' })
}

interface Header {
  /** `<`, `>` or `|`, a letter and the bytes of an element (for text: its characters). */
  order: string
  kind: string
  width: number
  byColumns: boolean
  shape: number[]
}

/** The header is a Python dictionary with three keys, in any order. */
function parseHeader(text: string, path: string): Header {
  const descr = /'descr'\s*:\s*'([<>|=])([a-zA-Z])(\d{0,9})'/.exec(text)
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)
  const sizes = /'shape'\s*:\s*\(((?:\s*\d+L?\s*,)*(?:\s*\d+L?)?\s*)\)/.exec(text)
  if (!descr || !order || !sizes) {
    throw damaged(path, 'a header with the type, order and shape of one array', text.trim().slice(0, 100))
  }
  const shape = sizes[1]
    .split(',')
    .filter((part) => part.trim())
    .map((part) => Number.parseInt(part, 10))
  if (!isShape(shape)) throw damaged(path, 'a shape of whole sizes', `(${sizes[1]})`)
  return { order: descr[1], kind: descr[2], width: Number(descr[3]), byColumns: order[1] === 'True', shape }
}

/**
 * Reads the bytes of a .npy file into row-major order: floats of 16, 32 and 64 bits, whole numbers of 8 to 64, booleans,
 * and texts (numpy's S and U). Source: NumPy Enhancement Proposal 1, format 1.0 to 3.0.
 * @param path names the bytes in errors
 * @throws {DataError} for other bytes, an array that is cut short or followed by more, or elements of another kind.
 */
export function parseNpy(bytes: Uint8Array, path: string): FileArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || bytes[0] !== 0x93 || String.fromCharCode(...bytes.subarray(1, 6)) !== 'NUMPY') {
    throw damaged(path, 'a .npy array', 'other bytes')
  }
  if (bytes[6] < 1 || bytes[6] > 3) throw damaged(path, 'format 1, 2 or 3', `${bytes[6]}`)
  const [headerStart, size] = bytes[6] >= 2 ? [12, view.getUint32(8, true)] : [10, view.getUint16(8, true)]
  const start = headerStart + size
  if (start > bytes.length) throw damaged(path, `a header of ${size} bytes`, `${bytes.length - headerStart}`)
  // NumPy's own headers stay below ten thousand characters.
  if (size > 2 ** 16) throw damaged(path, 'a header below 64 KiB', `${size} bytes`)
  const header = parseHeader(new TextDecoder().decode(bytes.subarray(headerStart, start)), path)
  const { kind, order, width, byColumns, shape } = header
  const isText = kind === 'U' || kind === 'S'
  const stored = kind === 'b' ? 'u1' : `${kind}${width}`
  if (isText ? width === 0 : !isNumberKind(stored) || (kind === 'b' && width !== 1)) {
    const remedy = 'Save real numbers, or texts with .astype(str).'
    const received = kind === 'O' ? 'Python objects' : `elements of type ${kind}${width || ''}`
    throw new DataError(path, { expected: 'real numbers or text', received, remedy })
  }
  const length = elementCount(shape) * width * (kind === 'U' ? 4 : 1)
  if (bytes.length - start !== length) throw damaged(path, `${length} bytes of numbers`, `${bytes.length - start}`)
  const body = bytes.subarray(start)
  const little = order !== '>'
  if (isText) {
    const texts = kind === 'U' ? wideTexts(body, width, little, path) : narrowTexts(body, width, path)
    return { shape, data: byColumns ? rowMajor(texts, shape) : texts }
  }
  const data = decodeNumbers(stored as Parameters<typeof decodeNumbers>[0], body, little)
  return { shape, data: byColumns ? rowMajor(data, shape) : data }
}

/** Texts of `width` characters of 32 bits, filled up with zeros. */
function wideTexts(body: Uint8Array, width: number, little: boolean, path: string): string[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  return Array.from({ length: body.length / (4 * width) }, (_, i) => {
    let text = ''
    for (let c = 0; c < width; c++) {
      const code = view.getUint32(4 * (i * width + c), little)
      if (code > 0x10ffff) throw damaged(path, 'characters of Unicode', `${code} in text ${i}`)
      text += String.fromCodePoint(code)
    }
    return text.replace(/\0+$/, '')
  })
}

/** Texts of `width` bytes, filled up with zeros. */
function narrowTexts(body: Uint8Array, width: number, path: string): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  return Array.from({ length: body.length / width }, (_, i) => {
    try {
      return decoder.decode(body.subarray(i * width, (i + 1) * width)).replace(/\0+$/, '')
    } catch {
      throw damaged(path, 'texts in UTF-8', `other bytes in text ${i}`)
    }
  })
}
