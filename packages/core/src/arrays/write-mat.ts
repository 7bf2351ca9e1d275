import { deflateSync } from 'node:zlib'
import { writeFileAtomic } from '../files/atomic-file.ts'
import { COMPRESSED, DOUBLE, DOUBLE_CLASS, HEADER_BYTES, INT8, INT32, MATRIX, UINT32, VERSION } from './mat-format.ts'

function element(type: number, body: Uint8Array): Uint8Array {
  const out = new Uint8Array(8 + Math.ceil(body.length / 8) * 8)
  new DataView(out.buffer).setUint32(0, type, true)
  new DataView(out.buffer).setUint32(4, body.length, true)
  out.set(body, 8)
  return out
}

const int32 = (...values: number[]) => {
  const view = new DataView(new ArrayBuffer(4 * values.length))
  for (const [i, value] of values.entries()) view.setInt32(4 * i, value, true)
  return new Uint8Array(view.buffer)
}

function float64(values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(8 * values.length))
  for (const [i, value] of values.entries()) view.setFloat64(8 * i, value, true)
  return new Uint8Array(view.buffer)
}

/** A compressed row vector of doubles, as MATLAB saves one. */
function rowVector(name: string, values: readonly number[]): Uint8Array {
  const body = Buffer.concat([
    element(UINT32, int32(DOUBLE_CLASS, 0)),
    element(INT32, int32(1, values.length)),
    element(INT8, new TextEncoder().encode(name)),
    element(DOUBLE, float64(values)),
  ])
  const packed = deflateSync(element(MATRIX, body))
  return Buffer.concat([int32(COMPRESSED, packed.length), packed])
}

/** Writes row vectors of doubles as a compressed little-endian MATLAB 5 file, which {@link readMat} reads back. */
export async function writeMat(path: string, variables: Record<string, readonly number[]>): Promise<void> {
  const header = Buffer.alloc(HEADER_BYTES, ' ')
  header.write('MATLAB 5.0 MAT-file, written by DML-CRC')
  header.fill(0, 116, 124)
  header.writeUInt16LE(VERSION, 124)
  header.write('IM', 126)
  const vectors = Object.entries(variables).map(([name, values]) => rowVector(name, values))
  await writeFileAtomic(path, Buffer.concat([header, ...vectors]))
}
