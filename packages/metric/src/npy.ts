import { DataError } from '@dml-crc/core'

/** An array of a .npy file, widened or narrowed to float64. */
export interface NpyArray {
  readonly shape: readonly number[]
  readonly data: Float64Array
}

const READERS: Readonly<Record<string, (view: DataView, at: number, little: boolean) => number>> = {
  f4: (view, at, little) => view.getFloat32(at, little),
  f8: (view, at, little) => view.getFloat64(at, little),
  i1: (view, at) => view.getInt8(at),
  i2: (view, at, little) => view.getInt16(at, little),
  i4: (view, at, little) => view.getInt32(at, little),
  i8: (view, at, little) => Number(view.getBigInt64(at, little)),
  u1: (view, at) => view.getUint8(at),
  u2: (view, at, little) => view.getUint16(at, little),
  u4: (view, at, little) => view.getUint32(at, little),
  b1: (view, at) => view.getUint8(at),
}

function damaged(path: string, expected: string, received: string): DataError {
  return new DataError(path, { expected, received, remedy: 'Save the array again with numpy.save.' })
}

/**
 * Reads the bytes of a .npy file. Source: NumPy Enhancement Proposal 1, format 1.0 to 3.0.
 * @throws {DataError} for other bytes, an array cut short, or numbers of another kind (complex, text, objects).
 */
export function parseNpy(bytes: Uint8Array, path: string): NpyArray {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 12 || String.fromCharCode(...bytes.subarray(1, 6)) !== 'NUMPY') {
    throw damaged(path, 'a .npy array', 'other bytes')
  }
  const wide = bytes[6] >= 2
  const start = wide ? 12 : 10
  const size = wide ? view.getUint32(8, true) : view.getUint16(8, true)
  const header = new TextDecoder().decode(bytes.subarray(start, start + size))
  const kind = /'descr':\s*'([<>|=])(\w\d)'/.exec(header)
  const shapeText = /'shape':\s*\(([^)]*)\)/.exec(header)
  if (!kind || !shapeText || !(kind[2] in READERS)) throw damaged(path, 'real numbers', header.trim())
  const shape = shapeText[1].split(',').map((part) => part.trim())
  const sizes = shape.filter(Boolean).map(Number)
  const count = sizes.reduce((a, b) => a * b, 1)
  const width = Number(kind[2][1])
  if (bytes.length < start + size + count * width) {
    throw damaged(path, `${count * width} bytes of numbers`, `${bytes.length - start - size}`)
  }
  const read = READERS[kind[2]]
  const data = Float64Array.from({ length: count }, (_, i) => read(view, start + size + i * width, kind[1] !== '>'))
  const byColumns = /'fortran_order':\s*True/.test(header)
  return { shape: sizes, data: byColumns && sizes.length === 2 ? transposed(data, sizes[0], sizes[1]) : data }
}

function transposed(data: Float64Array, rows: number, columns: number): Float64Array {
  return Float64Array.from(data, (_, i) => data[(i % columns) * rows + Math.floor(i / columns)])
}
