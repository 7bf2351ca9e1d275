import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { deflateSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { parseMatValues } from './mat-values.ts'
import { readMat, readMatValues } from './read.ts'

const testdata = (name: string) => fileURLToPath(new URL(`testdata/${name}`, import.meta.url))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mat-values-'))
})
afterAll(() => rm(folder, { recursive: true }))

/** Builds files by hand, in either byte order. */
function builder(little: boolean) {
  const whole = (width: number, ...values: number[]) => {
    const out = Buffer.alloc(width * values.length)
    for (const [i, value] of values.entries()) {
      if (little) out.writeUIntLE(value, width * i, width)
      else out.writeUIntBE(value, width * i, width)
    }
    return out
  }
  const element = (type: number, body: Uint8Array) =>
    Buffer.concat([whole(4, type, body.length), body, Buffer.alloc((8 - (body.length % 8)) % 8)])
  const array = (arrayClass: number, shape: number[], name: string, ...contents: Uint8Array[]) =>
    element(
      14,
      Buffer.concat([
        element(6, whole(4, arrayClass, 0)),
        element(5, whole(4, ...shape)),
        element(1, Buffer.from(name)),
        ...contents,
      ]),
    )
  const file = (...arrays: Uint8Array[]) => {
    const header = Buffer.alloc(128, ' ')
    header.write('MATLAB 5.0 MAT-file')
    whole(2, 0x0100).copy(header, 124)
    header.write(little ? 'IM' : 'MI', 126)
    return Buffer.concat([header, ...arrays])
  }
  return { whole, element, array, file }
}

const [CELL, STRUCT, CHAR] = [1, 2, 4]
const { whole, element, array, file } = builder(true)
const text = (value: string, name = '') => array(CHAR, [1, value.length], name, element(16, Buffer.from(value)))

describe('readMatValues', () => {
  it.each(['scipy_values_plain.mat', 'scipy_values_compressed.mat'])('reads what SciPy wrote: %s', async (name) => {
    const values = await readMatValues(testdata(name))
    const keys = ['texts', 'rows', 'structures', 'nested', 'labels', 'flag']
    expect([...values.keys()].toSorted()).toEqual(keys.toSorted())
    expect(values.get('texts')).toEqual(['n02085620-Chihuahua/1.jpg', 'löwenzahn', '🌼', ''])
    expect(values.get('rows')).toEqual(['ab ', 'cde'])
    expect(values.get('structures')).toEqual(
      [1, 2, 3].map(
        (number) =>
          new Map<string, unknown>([
            ['path', `car_ims/00000${number}.jpg`],
            ['class', Uint8Array.of(number)],
            ['box', Float64Array.of(1.5, 2, 3, 3 + number)],
          ]),
      ),
    )
    expect(values.get('nested')).toEqual([
      new Map<string, unknown>([
        ['inner', [new Map([['names', ['a', 'b']]])]],
        ['none', new Float64Array()],
      ]),
    ])
    expect(values.get('labels')).toEqual(Float64Array.of(1, 120))
    expect(values.get('flag')).toEqual(Uint8Array.of(1, 0))
  })

  it('gives the numbers that readMat gives', async () => {
    const path = testdata('scipy_compressed.mat')
    const values = await readMatValues(path)
    const variables = await readMat(path)
    expect(variables.size).toBe(4)
    for (const [name, { data }] of variables) expect(values.get(name)).toEqual(data)
    expect(values.get('text')).toBe('left out')
  })

  it.each([true, false])('reads texts of 8 bits, UTF-8 and UTF-16, little-endian %s', (little) => {
    const { whole, element, array, file } = builder(little)
    const units = whole(2, ...Array.from('ä🌼'.split(''), (unit) => unit.charCodeAt(0)))
    const bytes = file(
      array(CHAR, [1, 2], 'latin', element(2, Buffer.from([0xe4, 0x62]))),
      array(CHAR, [1, 3], 'units', element(17, units)),
      array(CHAR, [1, 3], 'shorts', element(4, units)),
      array(CHAR, [1, 3], 'utf8', element(16, Buffer.from('ä🌼'))),
      array(CHAR, [2, 2], 'rows', element(16, Buffer.from('acbd'))),
    )
    expect(Object.fromEntries(parseMatValues(bytes, 'hand.mat'))).toEqual({
      latin: 'äb',
      units: 'ä🌼',
      shorts: 'ä🌼',
      utf8: 'ä🌼',
      rows: ['ab', 'cd'],
    })
  })

  it('tells sizes that lie, foreign contents and texts that are none, each as damage', () => {
    const width = element(5, whole(4, 4))
    const names = element(1, Buffer.from('a\0\0\0b\0\0\0'))
    const cases: Record<string, Buffer> = {
      'more cells': array(CELL, [1, 2], 'x', text('a')),
      'fewer cells': array(CELL, [1, 1], 'x', text('a'), text('b')),
      'a number beside': array(CELL, [1, 1], 'x', element(9, Buffer.alloc(8))),
      'more records': array(STRUCT, [1, 2], 'x', width, names, text('a'), text('b')),
      'fewer records': array(STRUCT, [1, 1], 'x', width, names, text('a'), text('b'), text('c')),
      'cut names': array(STRUCT, [1, 1], 'x', element(5, whole(4, 3)), names, text('a'), text('b')),
      'no width': array(STRUCT, [1, 1], 'x', element(5, whole(4, 0)), names, text('a'), text('b')),
      'equal names': array(STRUCT, [1, 1], 'x', width, element(1, Buffer.from('a\0\0\0a\0\0\0')), text('a'), text('b')),
      'longer text': array(CHAR, [1, 3], 'x', element(16, Buffer.from('ab'))),
      'not UTF-8': array(CHAR, [1, 2], 'x', element(16, Buffer.from([0xc3, 0x28]))),
      'text of doubles': array(CHAR, [1, 1], 'x', element(9, Buffer.alloc(8))),
      'two of a name': Buffer.concat([text('a', 'x'), text('b', 'x')]),
    }
    for (const [what, body] of Object.entries(cases)) {
      const read = () => parseMatValues(file(body), `${what}.mat`)
      expect(read, what).toThrow(`${what}.mat: expected a MATLAB 5 file, received a damaged one`)
      expect(read, what).toThrow(DataError)
    }
  })

  it('reads 16 levels of cells and refuses more', () => {
    const nested = (levels: number, name: string): Buffer =>
      levels === 0 ? text('a', name) : array(CELL, [1, 1], name, nested(levels - 1, ''))
    let value = parseMatValues(file(nested(16, 'x')), 'deep.mat').get('x')
    for (let level = 0; level < 16; level++) value = (value as string[])[0]
    expect(value).toBe('a')
    expect(() => parseMatValues(file(nested(17, 'x')), 'deep.mat')).toThrow('more than 16 levels')
    expect(() => parseMatValues(file(nested(100, 'x')), 'deep.mat')).toThrow('more than 16 levels')
  })

  it('refuses values that take more than the memory budget, packed or without any bytes', () => {
    const none = Buffer.concat([element(5, whole(4, 0)), element(1, Buffer.alloc(0))])
    const packed = deflateSync(array(CELL, [1, 400_000], 'x', Buffer.alloc(400_000 * 8, whole(4, 14, 0))))
    const refused = (body: Buffer) => () => parseMatValues(file(body), 'large.mat')
    const message = /contents of at most 6\d+ bytes .*received more/
    expect(refused(array(STRUCT, [1, 2 ** 31 - 1], 'x', none))).toThrow(message)
    expect(refused(Buffer.concat([whole(4, 15, packed.length), packed]))).toThrow(message)
    expect(refused(array(CHAR, [400_000, 1], 'x', element(2, Buffer.alloc(400_000))))).toThrow(message)
  })

  it('every cut of a file is a DataError, or gives the variables before the cut', async () => {
    const whole = await readFile(testdata('scipy_values_plain.mat'))
    const names = [...parseMatValues(whole, 'whole.mat').keys()]
    let refused = 0
    for (let length = 0; length < whole.length; length++) {
      try {
        const found = [...parseMatValues(whole.subarray(0, length), 'cut.mat').keys()]
        expect(found).toEqual(names.slice(0, found.length))
      } catch (error) {
        expect(error).toBeInstanceOf(DataError)
        refused++
      }
    }
    expect(refused).toBeGreaterThan(whole.length * 0.9)
  })

  it('names a missing file and one of text', async () => {
    await expect(readMatValues(join(folder, 'none.mat'))).rejects.toThrow('ENOENT')
    await writeFile(join(folder, 'page.mat'), `<html>${' '.repeat(300)}</html>`)
    await expect(readMatValues(join(folder, 'page.mat'))).rejects.toThrow('page.mat: expected a MATLAB 5 file')
  })
})
