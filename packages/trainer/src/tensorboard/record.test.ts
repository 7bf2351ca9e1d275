import { inflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { crc32c } from './crc32c.ts'
import { encodePng } from './png.ts'
import { integer, message } from './protobuf.ts'
import { tfRecord } from './record.ts'

it('crc32c has the values of RFC 3720, appendix B.4', () => {
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43)
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e)
})

it('a record holds its length and data', () => {
  const record = tfRecord(Uint8Array.of(1, 2, 3))
  expect(record).toHaveLength(19)
  expect(new DataView(record.buffer).getBigUint64(0, true)).toBe(3n)
  expect(record.subarray(12, 15)).toEqual(Uint8Array.of(1, 2, 3))
})

it('fields are those of the encoding guide', () => {
  expect(integer(1, 150)).toEqual(Uint8Array.of(0x08, 0x96, 0x01))
  expect(message(2, 'testing')).toEqual(Uint8Array.of(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67))
  expect(message(3, integer(1, 150))).toEqual(Uint8Array.of(0x1a, 0x03, 0x08, 0x96, 0x01))
})

it('a PNG holds the pixels, a filter byte before each row', () => {
  const png = Buffer.from(encodePng(Uint8Array.of(1, 2, 3, 4, 5, 6), 1, 2))
  const data = png.indexOf('IDAT')
  const length = png.readUInt32BE(data - 4)
  expect([...inflateSync(png.subarray(data + 4, data + 4 + length))]).toEqual([0, 1, 2, 3, 0, 4, 5, 6])
})
