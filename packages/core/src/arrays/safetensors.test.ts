import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import reference from '../testdata/reference.json' with { type: 'json' }
import { encodeSafetensors, parseSafetensors } from './safetensors.ts'
import { readSafetensors, SafetensorsFile, writeSafetensors } from './safetensors-file.ts'
import type { HostTensor } from './tensor.ts'

const golden = fileURLToPath(new URL('./testdata/reference.safetensors', import.meta.url))
const values = [0, -0, 1, -2.5, 65504, 6e-8, 1e-5, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 3.140625]
const parse = (text: string) => (text.endsWith('inf') ? Number(text.replace('inf', 'Infinity')) : Number(text))

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('a file of the reference library', () => {
  it('is read with its metadata, dtypes, shapes and values', async () => {
    const { tensors, metadata } = await readSafetensors(golden)
    expect(metadata).toEqual({ made_by: 'safetensors (Python)' })
    expect(tensors.get('f64')).toEqual({ shape: [10], data: new Float64Array(values) })
    expect(tensors.get('f32')).toEqual({ shape: [2, 5], data: new Float32Array(values) })
    expect(tensors.get('i64')!.data).toEqual(new BigInt64Array([-(2n ** 62n), 5n]))
    expect(tensors.get('i32')).toEqual({ shape: [2, 1], data: new Int32Array([-7, 8]) })
    expect(tensors.get('u8')!.data).toEqual(new Uint8Array([0, 255]))
    expect(tensors.get('bool')!.data).toEqual(new Uint8Array([1, 0]))
    expect(tensors.get('scalar')).toEqual({ shape: [], data: new Float32Array([4.5]) })
    expect(tensors.get('empty')).toEqual({ shape: [0, 3], data: new Float32Array(0) })
  })

  it.each(['f16', 'bf16'] as const)('has its %s numbers widened', async (name) => {
    const { tensors } = await readSafetensors(golden)
    expect(tensors.get(name)!.data).toEqual(new Float32Array(reference.widened[name].map(parse)))
  })
})

describe('writing', () => {
  it('gives back what was written, views into larger buffers too', async () => {
    const path = join(folder, 'roundtrip.safetensors')
    const buffer = new Float32Array([9, 1, 2, 3, 4, 9])
    const tensors = [
      ['bytes', { shape: [3], data: new Uint8Array([1, 2, 3]) }],
      ['view', { shape: [2, 2], data: buffer.subarray(1, 5) }],
    ] as const
    await writeSafetensors(path, tensors, { note: 'ü' })
    const read = await readSafetensors(path)
    expect(read.metadata).toEqual({ note: 'ü' })
    expect([...read.tensors]).toEqual([
      ['bytes', { shape: [3], data: new Uint8Array([1, 2, 3]) }],
      ['view', { shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) }],
    ])
  })

  it('refuses data that does not fill its shape, and leaves no file', async () => {
    const path = join(folder, 'misshapen.safetensors')
    const writing = writeSafetensors(path, [['x', { shape: [3], data: new Float32Array(2) }]])
    await expect(writing).rejects.toThrow('tensor x: expected 3 numbers for shape [3], received Float32Array of 2')
    await expect(readFile(path)).rejects.toThrow('ENOENT')
  })
})

it('rows of a tensor are read alone', async () => {
  const path = join(folder, 'rows.safetensors')
  const data = Int16Array.from({ length: 12 }, (_, i) => i)
  await writeSafetensors(path, [
    ['before', { shape: [3], data: Uint8Array.of(7, 7, 7) }],
    ['cube', { shape: [3, 2, 2], data }],
  ])
  await using file = await SafetensorsFile.open(path)
  expect(await file.readRows('cube', 1, 3)).toEqual({ shape: [2, 2, 2], data: data.subarray(4) })
  expect(await file.readRows('cube', 2, 2)).toEqual({ shape: [0, 2, 2], data: new Int16Array(0) })
  for (const [begin, end] of [
    [-1, 2],
    [0, 4],
    [2, 1],
    [0.5, 2],
  ]) {
    await expect(file.readRows('cube', begin, end)).rejects.toThrow(DataError)
  }
  await expect(file.readRows('ball', 0, 1)).rejects.toThrow(/a tensor named ball/)
})

describe('a damaged file', () => {
  it.each([
    ['cut in the data', (size: number) => size - 1, /cut inside/],
    ['cut in the header', () => 100, /a header of \d+ bytes, received 92/],
    ['cut in its length', () => 5, /at least 8 bytes, received 5/],
  ])('%s is told from a whole one', async (what, length, message) => {
    const path = join(folder, `${what}.safetensors`)
    const bytes = await readFile(golden)
    await writeFile(path, bytes)
    await truncate(path, length(bytes.length))
    const reading = readSafetensors(path)
    await expect(reading).rejects.toThrow(DataError)
    await expect(reading).rejects.toThrow(message)
  })

  it('names what it found instead of a header', async () => {
    const path = join(folder, 'text.safetensors')
    const header = 'not JSON'
    await writeFile(path, Buffer.concat([Buffer.from([header.length, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(header)]))
    await expect(readSafetensors(path)).rejects.toThrow(/expected a header in JSON, received no JSON \(.*not JSON/)
  })
})

describe('SafetensorsFile', () => {
  it('reads single tensors and names those there are when one is missing', async () => {
    const file = await SafetensorsFile.open(golden)
    expect(file.entries.get('i32')).toMatchObject({ dtype: 'I32', shape: [2, 1] })
    expect((await file.read('i32')).data).toEqual(new Int32Array([-7, 8]))
    await expect(file.read('none')).rejects.toThrow(/expected a tensor named none, received tensors .*f64/)
    await file.close()
  })

  it('says of a missing file that it is missing', async () => {
    await expect(SafetensorsFile.open(join(folder, 'nowhere'))).rejects.toThrow(/received no such file \(ENOENT\)/)
  })
})

describe('bytes made to deceive', () => {
  /** A file with any header and `size` bytes of data. */
  const file = (header: unknown, size = 8) => {
    const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header))
    const bytes = new Uint8Array(8 + text.length + size)
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
    bytes.set(text, 8)
    return bytes
  }
  const tensor = (shape: unknown, data_offsets: unknown, dtype = 'F32') => ({ dtype, shape, data_offsets })

  it.each<[string, Uint8Array, RegExp]>([
    ['tensors that overlap', file({ a: tensor([2], [0, 8]), b: tensor([2], [0, 8]) }), /b to begin at 8.*received 0/],
    ['a gap', file({ a: tensor([1], [4, 8]) }), /a to begin at 0/],
    ['data that no tensor has', file({ a: tensor([1], [0, 4]) }), /4 bytes of data, as its tensors say, received 8/],
    ['a negative size', file({ a: tensor([-2, -1], [0, 8]) }), /whole sizes, received \[-2,-1\]/],
    ['a fractional size', file({ a: tensor([0.5, 4], [0, 8]) }), /whole sizes/],
    ['fractional places', file({ a: tensor([2], [0.5, 8.5]) }), /\[begin, end\]/],
    ['a tensor that is null', file({ a: null }), /a in one of F64.*received undefined/],
    ['a list for a header', file([1]), /a JSON object/],
    ['a null header', file('null'), /a JSON object, received null/],
    ['a type named constructor', file({ a: tensor([2], [0, 8], 'constructor') }), /received constructor/],
    ['metadata that are not texts', file({ __metadata__: { a: 1 }, b: tensor([2], [0, 8]) }), /metadata of texts/],
    ['lists nested without end', file('['.repeat(100_000)), /a header in JSON/],
  ])('are refused: %s', (_, bytes, message) => {
    expect(() => parseSafetensors(bytes)).toThrow(DataError)
    expect(() => parseSafetensors(bytes)).toThrow(message)
  })

  it('do not reach the prototype', () => {
    const text = '{"__proto__":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}'
    expect([...parseSafetensors(file(text)).tensors.keys()]).toEqual(['__proto__'])
  })
})

it('encodeSafetensors and parseSafetensors are each the inverse of the other, for every type', () => {
  const types = [Float64Array, Float32Array, Int8Array, Uint8Array, Int16Array, Uint16Array, Int32Array, Uint32Array]
  const tensors: [string, HostTensor][] = types.map((Type) => [Type.name, { shape: [3], data: Type.of(1, 2, 3) }])
  tensors.push(['wide', { shape: [1, 1], data: BigUint64Array.of(2n ** 64n - 1n) }])
  tensors.push(['signed', { shape: [], data: BigInt64Array.of(-1n) }])
  const read = parseSafetensors(encodeSafetensors(tensors, { a: 'b' }))
  expect([...read.tensors]).toEqual(tensors)
  expect(read.metadata).toEqual({ a: 'b' })
  expect(() => encodeSafetensors([tensors[0], tensors[0]])).toThrow(/a name of its own/)
})
