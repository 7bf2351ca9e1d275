import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeSafetensors } from '@dml-crc/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { arrayNames, readLabels, readMatrix } from './read-matrix.ts'

const testdata = fileURLToPath(new URL('testdata/', import.meta.url))
const table = Array.from({ length: 12 }, (_, i) => i / 4)
let folder = ''
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'read-matrix-'))
})
afterAll(() => rm(folder, { recursive: true }))

it.each([
  ['float32.npy', undefined],
  ['fortran_float64.npy', undefined],
  ['one.npz', undefined],
  ['several.npz', 'features'],
  ['table.csv', undefined],
])('reads %s as NumPy wrote it', async (name, key) => {
  const { data, shape } = await readMatrix(join(testdata, name), key)
  expect(shape).toEqual([4, 3])
  expect([...data]).toEqual(table)
})

it('reads safetensors and labels', async () => {
  const path = join(folder, 'x.safetensors')
  await writeSafetensors(path, [
    ['x', { shape: [2, 3, 2], data: Float32Array.from(table) }],
    ['y', { shape: [2], data: Int32Array.of(1, 0) }],
  ])
  expect((await readMatrix(path, 'x')).shape).toEqual([2, 6])
  expect([...(await readLabels(path, 'y'))]).toEqual([1, 0])
  expect([...(await readLabels(join(testdata, 'several.npz'), 'labels'))]).toEqual([0, 1, 2, 3])
})

it('names the arrays of a file', async () => {
  expect(await arrayNames(join(testdata, 'several.npz'))).toEqual(['features', 'labels'])
  expect(await arrayNames(join(testdata, 'float32.npy'))).toEqual([])
  await writeSafetensors(join(folder, 'names.safetensors'), [['x', { shape: [1], data: Float32Array.of(1) }]])
  expect(await arrayNames(join(folder, 'names.safetensors'))).toEqual(['x'])
})

it('says what is wrong with a file', async () => {
  const read = (name: string, key?: string) => readMatrix(join(testdata, name), key)
  await expect(read('missing.npy')).rejects.toThrow(/expected a readable file, received ENOENT/)
  await expect(read('several.npz')).rejects.toThrow(/expected a key.*received arrays features, labels/)
  await expect(read('several.npz', 'x')).rejects.toThrow(/an array named x/)
  await expect(read('goldens.json')).rejects.toThrow(/a file ending in .*received .json/)
  await expect(readLabels(join(testdata, 'float32.npy'))).rejects.toThrow(/whole numbers, received 0.25/)
  const whole = await readFile(join(testdata, 'float32.npy'))
  await writeFile(join(folder, 'cut.npy'), whole.subarray(0, -4))
  await expect(readMatrix(join(folder, 'cut.npy'))).rejects.toThrow(/48 bytes of numbers, received 44/)
  await writeFile(join(folder, 'text.npy'), 'not an array')
  await expect(readMatrix(join(folder, 'text.npy'))).rejects.toThrow(/a .npy array/)
  await writeFile(join(folder, 'text.npz'), 'not an archive, whatever its name says')
  await expect(readMatrix(join(folder, 'text.npz'))).rejects.toThrow(/a zip archive/)
  await writeFile(join(folder, 'ragged.csv'), '1,2\n3\n')
  await expect(readMatrix(join(folder, 'ragged.csv'))).rejects.toThrow(/2 numbers in each line, received 3/)
})
