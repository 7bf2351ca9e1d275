import { deflateSync } from 'node:zlib'
import { InputError } from '@dml-crc/core'
import { concat } from './protobuf.ts'

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) crc = TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat(new TextEncoder().encode(type), data)
  const framed = new Uint8Array(body.length + 8)
  const view = new DataView(framed.buffer)
  view.setUint32(0, data.length)
  framed.set(body, 4)
  view.setUint32(4 + body.length, crc32(body))
  return framed
}

/**
 * An RGB image [height, width, 3] of bytes as PNG (RFC 2083), every row unfiltered.
 * @throws {InputError} when the bytes do not fill the shape.
 */
export function encodePng(pixels: Uint8Array, width: number, height: number): Uint8Array {
  if (pixels.length !== width * height * 3) {
    throw new InputError('image', {
      expected: `${width * height * 3} bytes for ${width} × ${height} RGB`,
      received: String(pixels.length),
      remedy: 'Pass one image, channels last.',
    })
  }
  const header = new Uint8Array(13)
  const view = new DataView(header.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  header.set([8, 2], 8) // 8 bits per channel, RGB
  const rows = new Uint8Array(height * (width * 3 + 1))
  for (let y = 0; y < height; y++) {
    rows.set(pixels.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1)
  }
  const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
  return concat(signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array()))
}
