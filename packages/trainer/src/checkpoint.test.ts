import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError } from '@dml-crc/core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { CheckpointFolder, type RunState } from './checkpoint.ts'

let path: string
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), 'checkpoint-'))
})
afterEach(() => rm(path, { recursive: true }))

const state = (value: number): RunState =>
  new Map([
    ['model', { json: {}, tensors: new Map([['block/kernel', { shape: [2], data: new Float32Array([value, -0]) }]]) }],
    ['run', { json: { step: value, nothing: null }, tensors: new Map() }],
  ])

const dataFiles = async () => (await readdir(path)).filter((file) => file.endsWith('.safetensors'))

it('gives back what was saved, and keeps two generations', async () => {
  const folder = new CheckpointFolder(path)
  expect(await folder.isEmpty()).toBe(true)
  expect(await folder.loadNewest(expect.fail)).toBeUndefined()
  for (const step of [1, 2, 3]) await folder.save('latest', step, state(step))
  expect(await folder.loadNewest(expect.fail)).toEqual({ step: 3, parts: state(3) })
  expect((await folder.load('previous')).step).toBe(2)
  expect(await dataFiles()).toHaveLength(2)
})

it('keeps the best beside them', async () => {
  const folder = new CheckpointFolder(path)
  await folder.save('best', 1, state(1))
  for (const step of [2, 3, 4]) await folder.save('latest', step, state(step))
  expect((await folder.load('best')).parts).toEqual(state(1))
  expect(await dataFiles()).toHaveLength(3)
})

/** The newest tensors' file. */
async function newest(): Promise<string> {
  const [line] = (await readFile(join(path, 'latest.json'), 'utf8')).split('\n')
  return join(path, JSON.parse(line).data.file)
}

it.each<[string, () => Promise<void>]>([
  ['tensors cut short', async () => truncate(await newest(), 40)],
  ['tensors gone', async () => rm(await newest())],
  [
    'one byte of the tensors changed',
    async () => {
      const file = await newest()
      const bytes = await readFile(file)
      bytes[bytes.length - 1] ^= 1
      await writeFile(file, bytes)
    },
  ],
  ['a manifest cut short', () => truncate(join(path, 'latest.json'), 30)],
  ['an empty manifest', () => truncate(join(path, 'latest.json'), 0)],
  ['no manifest', () => rm(join(path, 'latest.json'))],
  [
    'a manifest changed by hand',
    async () => {
      const text = await readFile(join(path, 'latest.json'), 'utf8')
      await writeFile(join(path, 'latest.json'), text.replace('"step":2', '"step":7'))
    },
  ],
])('takes the older one, with a warning, when the newest has %s', async (_, damage) => {
  const folder = new CheckpointFolder(path)
  await folder.save('latest', 1, state(1))
  await folder.save('latest', 2, state(2))
  await damage()
  const notes: string[] = []
  expect(await folder.loadNewest((note) => notes.push(note))).toEqual({ step: 1, parts: state(1) })
  expect(notes).toHaveLength(1)
  expect(notes[0]).toMatch(/newest checkpoint is damaged, the one before it is taken.*latest\.json/)
  // The next save must not push the good one out for the damaged one.
  await folder.save('latest', 3, state(3))
  expect((await folder.load('latest')).step).toBe(3)
})

it('refuses to start anew in silence when nothing is whole', async () => {
  const folder = new CheckpointFolder(path)
  await folder.save('latest', 1, state(1))
  await truncate(await newest(), 3)
  await expect(folder.loadNewest(() => {})).rejects.toThrow(DataError)
})

it('leaves the older one whole, and no half of the new, when writing fails', async () => {
  const folder = new CheckpointFolder(path)
  await folder.save('latest', 1, state(1))
  const before = await readdir(path)
  const misshapen = { json: {}, tensors: new Map([['w', { shape: [3], data: new Float32Array(2) }]]) }
  await expect(folder.save('latest', 2, new Map([['model', misshapen]]))).rejects.toThrow(DataError)
  expect(await readdir(path)).toEqual(before)
  expect((await folder.load('latest')).step).toBe(1)
})
