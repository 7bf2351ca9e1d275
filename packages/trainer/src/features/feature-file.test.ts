import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, readSafetensors } from '@dml-crc/core'
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
])('tells a file that is %s', async (what, damage) => {
  const path = await written(what)
  await damage(path)
  const reading = async () => {
    await using file = await FeatureFile.open(path)
    await file.verify()
  }
  await expect(reading()).rejects.toThrow(DataError)
})
