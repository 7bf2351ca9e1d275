import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DataError } from '../errors.ts'
import { labelNameOf } from './names.ts'
import { readFeatures, readLabels, readLabelsBeside } from './read.ts'
import { writeSafetensors } from './safetensors-file.ts'

const testdata = fileURLToPath(new URL('testdata/', import.meta.url))
const table = Array.from({ length: 12 }, (_, i) => i / 4)
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-arrays-'))
})
afterAll(() => rm(folder, { recursive: true }))

const write = async (name: string, content: string | Uint8Array) => {
  await writeFile(join(folder, name), content)
  return join(folder, name)
}

describe('readFeatures', () => {
  it.each([
    ['float32.npy', undefined],
    ['fortran_float64.npy', undefined],
    ['one.npz', undefined],
    ['several.npz', undefined],
    ['several.npz', 'features'],
    ['scikit_learn.npz', undefined],
    ['table.csv', undefined],
    ['spaces.txt', undefined],
  ])('reads %s as NumPy wrote it (array %s)', async (name, key) => {
    const { data, shape } = await readFeatures(join(testdata, name), key)
    expect(shape).toEqual([4, 3])
    expect([...data]).toEqual(table)
  })

  it('reads safetensors and MATLAB arrays by rows', async () => {
    const path = join(folder, 'x.safetensors')
    await writeSafetensors(path, [
      ['x', { shape: [2, 3, 2], data: Float32Array.from(table) }],
      ['y', { shape: [2], data: Int32Array.of(1, 0) }],
    ])
    expect((await readFeatures(path)).shape).toEqual([2, 6])
    expect(await readLabels(path)).toEqual([1, 0])
    const cube = await readFeatures(join(testdata, 'scipy_compressed.mat'), 'cube')
    expect(cube).toEqual({ shape: [2, 12], data: Float32Array.from({ length: 24 }, (_, i) => i) })
  })

  it('says what is wrong with a file', async () => {
    const read = (name: string, key?: string) => readFeatures(join(testdata, name), key)
    await expect(read('missing.npy')).rejects.toThrow(/expected a readable file, received no such file/)
    await expect(readFeatures(`${folder}/`)).rejects.toThrow(DataError)
    await expect(read('scipy_plain.mat')).rejects.toThrow(/features by a usual name.*received arrays bytes, doubles/)
    await expect(read('several.npz', 'x')).rejects.toThrow(/an array named x/)
    await expect(read('goldens.json')).rejects.toThrow(/a file ending in .*received .json/)
    await expect(readFeatures(await write('text.npz', 'not an archive, whatever its name says'))).rejects.toThrow(
      /a zip archive/,
    )
    await expect(readFeatures(await write('latin1.csv', Uint8Array.of(49, 44, 0xe9, 10)))).rejects.toThrow(/UTF-8/)
  })
})

describe('readLabels', () => {
  it('finds labels by their usual names', async () => {
    expect(await readLabels(join(testdata, 'several.npz'))).toEqual([0, 1, 2, 3])
    expect(await readLabels(join(testdata, 'scikit_learn.npz'))).toEqual(['b', 'a', 'b', 'a'])
    expect(await readLabels(await write('own.csv', 'a,species\n1,rose\n2,tulip\n'))).toEqual(['rose', 'tulip'])
  })

  it('finds the labels beside features, and never those of other samples', async () => {
    expect(await readLabelsBeside(join(testdata, 'several.npz'))).toEqual([0, 1, 2, 3])
    expect(await readLabelsBeside(join(testdata, 'one.npz'))).toBeUndefined()
    expect(await readLabelsBeside(join(testdata, 'float32.npy'))).toBeUndefined()
    const names = ['X', 'y', 'Q', 't']
    expect(['X', undefined, 'Q'].map((key) => labelNameOf(names, key))).toEqual(['y', 'y', undefined])
    expect(labelNameOf(['x_train', 'y_train', 'x_test', 'y_test'], 'x_test')).toBe('y_test')
    expect(labelNameOf(['train_features', 'train_labels', 'labels'], 'train_features')).toBe('train_labels')
    expect(labelNameOf(['fc7', 'labels'], 'fc7')).toBe('labels')
    expect(labelNameOf(['fc7', 'labels', 'fc7_test'], 'fc7_test')).toBeUndefined()
  })

  it('refuses numbers that are not whole', async () => {
    await expect(readLabels(join(testdata, 'float32.npy'))).rejects.toThrow(
      /one label a sample, received shape \[4,3\]/,
    )
    await expect(readLabels(join(testdata, 'float16.npy'))).rejects.toThrow(/0.5 for sample 0/)
  })
})

describe('an npz archive', () => {
  /** Changes the first central directory entry of several.npz. */
  const changed = async (name: string, change: (bytes: Buffer, entry: number) => void) => {
    const bytes = await readFile(join(testdata, 'several.npz'))
    change(bytes, bytes.indexOf('PK\x01\x02', 0, 'latin1'))
    return write(name, bytes)
  }

  it('that says it unpacks to more than its budget is refused before that', async () => {
    const path = await changed('bomb.npz', (bytes, entry) => bytes.writeUInt32LE(2 ** 31, entry + 24))
    await expect(readFeatures(path)).rejects.toThrow(
      /contents of at most 6\d+ bytes in a file of \d+ bytes, received 2147483648/,
    )
  })

  it('that unpacks to more than it says is refused', async () => {
    const path = await changed('lie.npz', (bytes, entry) => bytes.writeUInt32LE(100, entry + 24))
    await expect(readFeatures(path)).rejects.toThrow(/too many bytes/)
  })

  it('with another CRC-32 than recorded is refused', async () => {
    const path = await changed('crc.npz', (bytes, entry) => bytes.writeUInt32LE(1, entry + 16))
    await expect(readFeatures(path)).rejects.toThrow(/another CRC-32/)
  })
})
