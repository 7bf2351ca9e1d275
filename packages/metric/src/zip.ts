import { inflateRawSync } from 'node:zlib'
import { DataError } from '@dml-crc/core'

const END = 0x06054b50
const ENTRY = 0x02014b50

/**
 * The files in a zip archive such as .npz, by name. Source: PKWARE APPNOTE 6.3, sections 4.3.7 to 4.3.16; archives of
 * 4 GiB and more are not read.
 * @throws {DataError} for other bytes, or a compression that is neither none nor deflate.
 */
export function parseZip(bytes: Uint8Array, path: string): Map<string, Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const wrong = (received: string) =>
    new DataError(path, { expected: 'a zip archive below 4 GiB', received, remedy: 'Save it again with numpy.savez.' })
  let end = bytes.length - 22
  while (end >= 0 && view.getUint32(end, true) !== END) end--
  if (end < 0) throw wrong('bytes without a directory')
  const files = new Map<string, Uint8Array>()
  let at = view.getUint32(end + 16, true)
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== ENTRY) throw wrong('a damaged directory')
    const method = view.getUint16(at + 10, true)
    const size = view.getUint32(at + 20, true)
    const nameLength = view.getUint16(at + 28, true)
    const name = new TextDecoder().decode(bytes.subarray(at + 46, at + 46 + nameLength))
    const local = view.getUint32(at + 42, true)
    if (local + 30 > bytes.length) throw wrong(`${name} cut short`)
    const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    const packed = bytes.subarray(start, start + size)
    if (packed.length < size || (method !== 0 && method !== 8)) throw wrong(`${name} cut short, or packed otherwise`)
    files.set(name, method === 0 ? packed : inflateRawSync(packed))
    at += 46 + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return files
}
