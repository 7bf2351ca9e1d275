import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, readSafetensors, writeSafetensors } from '@dml-crc/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { FeatureFile, writeFeatureFile } from './feature-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'features-'))
})
afterAll(() => rm(folder, { recursive: true }))

const numbers = (from: number, count: number) => Float32Array.from({ length: count }, (_, i) => from + i)

async function* blocks() {
  yield numbers(0, 6)
  yield numbers(6, 3)
}

async function written(name: string): Promise<string> {
  const path = join(folder, name)
  await writeFeatureFile(path, 3, 3, blocks())
  return path
}

it('writes block by block what any safetensors reader reads', async () => {
  const path = await written('whole')
  const { tensors } = await readSafetensors(path)
  expect(tensors.get('features')).toEqual({ shape: [3, 3], data: numbers(0, 9) })
})

it('reads any rows', async () => {
  await using file = await FeatureFile.open(await written('rows'))
  expect([file.rows, file.columns]).toEqual([3, 3])
  expect(await file.read(1, 3)).toEqual(numbers(3, 6))
  await file.verify()
})

it('shows nothing before all is written', async () => {
  async function* failing() {
    yield numbers(0, 6)
    throw new Error('stopped')
  }
  const path = join(folder, 'nothing')
  await expect(writeFeatureFile(path, 3, 3, failing())).rejects.toThrow('stopped')
  expect((await readdir(folder)).filter((file) => file.startsWith('nothing'))).toEqual([])
})

async function changeHeader(path: string, from: string | RegExp, to: string) {
  const bytes = await readFile(path)
  const length = Number(bytes.readBigUInt64LE())
  const text = bytes
    .toString('latin1', 8, 8 + length)
    .replace(from, to)
    .padEnd(length)
    .slice(0, length)
  await writeFile(path, Buffer.concat([bytes.subarray(0, 8), Buffer.from(text), bytes.subarray(8 + length)]))
}

it.each<[string, (path: string) => Promise<void>]>([
  ['cut', (path) => truncate(path, 150)],
  ['empty', (path) => truncate(path, 0)],
  ['something else', (path) => writeFile(path, 'not a feature file at all')],
  [
    'changed in one bit',
    async (path) => {
      const bytes = await readFile(path)
      bytes[bytes.length - 2] ^= 1
      await writeFile(path, bytes)
    },
  ],
  ['of another tensor', (path) => writeSafetensors(path, [['labels', { shape: [3, 3], data: numbers(0, 9) }]])],
  ['of one axis', (path) => writeSafetensors(path, [['features', { shape: [9], data: numbers(0, 9) }]])],
  ['without a digest', (path) => writeSafetensors(path, [['features', { shape: [3, 3], data: numbers(0, 9) }]])],
  ['of another type', (path) => writeSafetensors(path, [['features', { shape: [3, 3], data: new Float64Array(9) }]])],
  ['of rows below nothing', (path) => changeHeader(path, '"shape":[3,3]', '"shape":[-3,-3]')],
  ['of a header that is null', (path) => changeHeader(path, /^.*$/s, 'null')],
])('tells a file that is %s', async (what, damage) => {
  const path = await written(what)
  await damage(path)
  const reading = async () => {
    await using file = await FeatureFile.open(path)
    await file.verify()
  }
  await expect(reading()).rejects.toThrow(DataError)
})
