import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { parseNpy } from './npy.ts'
import goldens from './testdata/goldens.json' with { type: 'json' }

const bytesOf = (name: string) => new Uint8Array(readFileSync(new URL(`testdata/${name}.npy`, import.meta.url)))

/** An array of format 1.0 with any header. */
function npy(header: string, data: Uint8Array): Uint8Array {
  const text = Buffer.from(`${header}\n`, 'latin1')
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, text.length & 255, text.length >> 8])
  return new Uint8Array(Buffer.concat([start, text, data]))
}

describe('parseNpy', () => {
  it.each(Object.entries(goldens))('reads %s as NumPy wrote it, row by row', (name, { shape, values }) => {
    const array = parseNpy(bytesOf(name), name)
    expect(array.shape).toEqual(shape)
    const isText = typeof array.data[0] === 'string'
    expect(Array.from(array.data as ArrayLike<unknown>, String)).toEqual(
      isText
        ? values
        : values.map((value) => (value.includes('.') || value.includes('e') ? `${Number(value)}` : value)),
    )
  })

  const float64 = "{'descr': '<f8', 'fortran_order': False, 'shape': "
  it.each<[string, Uint8Array, RegExp]>([
    ['a negative size', npy(`${float64}(-1, 2), }`, new Uint8Array(0)), /type, order and shape/],
    ['a fractional size', npy(`${float64}(1.5,), }`, new Uint8Array(12)), /type, order and shape/],
    ['a size beyond 2^53', npy(`${float64}(99999999999999999,), }`, new Uint8Array(0)), /a shape of whole sizes/],
    ['an array cut short', bytesOf('float32').subarray(0, -4), /48 bytes of numbers, received 44/],
    ['an array followed by more', Uint8Array.of(...bytesOf('float32'), 0), /48 bytes of numbers, received 49/],
    [
      'texts without width',
      npy("{'descr': '<U0', 'fortran_order': False, 'shape': (9999999,), }", new Uint8Array(0)),
      /U/,
    ],
    [
      'objects',
      npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(9)),
      /Python objects.*astype\(str\)/,
    ],
    ['complex numbers', npy("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(8)), /type c8/],
    [
      'characters outside Unicode',
      npy("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }", new Uint8Array(4).fill(255)),
      /Unicode/,
    ],
    ['a header longer than the file', bytesOf('float32').subarray(0, 40), /a header of 118 bytes, received 30/],
    ['other bytes', new TextEncoder().encode('not an array at all'), /a .npy array/],
  ])('refuses %s', (what, bytes, message) => {
    const parse = () => parseNpy(bytes, what)
    expect(parse).toThrow(DataError)
    expect(parse).toThrow(message)
  })
})
