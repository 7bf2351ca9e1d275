import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, InputError } from '@dml-crc/core'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { readDetails, readResults } from './read.ts'
import { contentKey, RunFolder } from './run-folder.ts'
import type { Row } from './schema.ts'

const scratch = mkdtempSync(join(tmpdir(), 'run-folder-'))
afterAll(() => rmSync(scratch, { recursive: true }))
let out: string
let count = 0
beforeEach(() => {
  out = join(scratch, `runs-${count++}`, 'run')
})

const header = {
  schema: 1 as const,
  experiment: 'test',
  description: '',
  startedAt: '2026-01-01T00:00:00.000Z',
  engine: { name: 'wasm', library: '', device: '' },
  machine: {},
  reported: [],
}
const images = { classes: ['a', 'b'], test: { ids: ['x', 'y'], labels: [0, 1] } }
const open = (options: { resume?: boolean; overwrite?: boolean; config?: Record<string, unknown> } = {}) =>
  RunFolder.open(out, { config: { version: '1' }, header, images, ...options })

const row = (method: string, seed = 0, entry = contentKey(method)): Row => ({
  dataset: 'demo',
  split: { fit: 'train', select: '', test: 'test' },
  backbone: 'net',
  weights: 'none',
  layer: 'last',
  regime: 'frozen',
  method,
  entry,
  baseline: true,
  options: {},
  seed,
  top1: 0.5,
  top5: 1,
  meanPerClass: 0.5,
  count: 2,
  seconds: { features: 0, fit: 0, classify: 0 },
  peakRssMb: 1,
})
const curve = (title: string) => ({ title, quantity: 'loss', unit: 'epoch', values: [1] })
const add = (folder: RunFolder, method: string) =>
  folder.add(contentKey(method), row(method), [0, 1], { curves: [curve(method)] })

describe('a row', () => {
  it('is one file with its predictions and figures, which reading puts together', async () => {
    {
      await using folder = await open()
      await add(folder, 'CRC')
      await folder.addSweep('sweep', { title: 'λ', option: 'lambda', points: [] })
      await add(folder, 'NCM')
    }
    // As after a kill between the row and the files that are put together from it.
    for (const file of ['results.json', 'details.json']) {
      const value = JSON.parse(readFileSync(join(out, file), 'utf8'))
      writeFileSync(join(out, file), JSON.stringify({ ...value, ...('rows' in value ? { rows: [] } : { curves: [] }) }))
    }
    expect(readResults(out).rows.map(({ method }) => method)).toEqual(['CRC', 'NCM'])
    const details = readDetails(out)
    expect(details.curves.map(({ title }) => title)).toEqual(['CRC', 'NCM'])
    expect(Object.values(details.predictions)).toEqual([
      [0, 1],
      [0, 1],
    ])
    expect(details).toMatchObject({ ...images, sweeps: [{ title: 'λ' }] })
    await using again = await open({ resume: true })
    expect([again.has(contentKey('CRC')), again.has(contentKey('nothing'))]).toEqual([true, false])
    expect(again.results.rows).toHaveLength(2)
  })

  it('is told from another of the same name by its content, and the same is refused', async () => {
    await using folder = await open()
    await folder.add('one', row('CRC', 0, 'one'), [0, 1])
    await folder.add('two', row('CRC', 0, 'two'), [1, 1])
    expect(Object.values(folder.details.predictions)).toEqual([
      [0, 1],
      [1, 1],
    ])
    await expect(folder.add('three', row('CRC', 0, 'two'), [1, 1])).rejects.toThrow(InputError)
    expect(folder.checkpointsOf(contentKey('α'))).not.toBe(folder.checkpointsOf(contentKey('β')))
  })
})

describe('a damaged run', () => {
  it('whose damaged row was removed, as its error says, loses no other row when it goes on', async () => {
    {
      await using folder = await open()
      for (const method of ['CRC', 'NCM', 'LDA']) await add(folder, method)
    }
    writeFileSync(join(out, 'units', '0001.json'), '{')
    await expect(open({ resume: true })).rejects.toThrow(/0001\.json.*Remove this file and run with --resume/)
    rmSync(join(out, 'units', '0001.json'))
    await using folder = await open({ resume: true })
    await add(folder, 'NCM')
    expect(readResults(out).rows.map(({ method }) => method)).toEqual(['CRC', 'LDA', 'NCM'])
  })

  it.each(['units', 'checkpoints'])('with a file in the place of %s is told as such', async (name) => {
    {
      await using folder = await open()
      await add(folder, 'CRC')
    }
    rmSync(join(out, name), { recursive: true, force: true })
    writeFileSync(join(out, name), '')
    await expect(open({ resume: true })).rejects.toThrow(DataError)
    await expect(open({ resume: true })).rejects.toThrow(/ENOTDIR/)
  })
})

describe('the checkpoints of a row', () => {
  it('are removed by the next run where a kill left them behind the row', async () => {
    {
      await using folder = await open()
      await add(folder, 'CRC')
      for (const key of [contentKey('CRC'), 'unfinished']) {
        mkdirSync(folder.checkpointsOf(key), { recursive: true })
        writeFileSync(join(folder.checkpointsOf(key), 'latest.json'), '')
      }
    }
    await using folder = await open({ resume: true })
    expect(readdirSync(join(out, 'checkpoints'))).toEqual(['unfinished'])
    expect(existsSync(folder.checkpointsOf('unfinished'))).toBe(true)
  })
})

describe('a folder', () => {
  it('of other things is left as it is', async () => {
    mkdirSync(join(out, 'checkpoints'), { recursive: true })
    writeFileSync(join(out, 'checkpoints', 'mine'), 'mine')
    // Named as this program names what a process of another machine is writing, and long abandoned.
    const likeOurs = 'mine.00000000-1-00000000.tmp'
    writeFileSync(join(out, 'checkpoints', likeOurs), 'mine')
    utimesSync(join(out, 'checkpoints', likeOurs), 0, 0)
    for (const options of [{}, { overwrite: true }, { resume: true }]) {
      await expect(open(options)).rejects.toThrow(/checkpoints among them/)
    }
    writeFileSync(join(out, 'config.json'), '{}')
    await expect(open({ overwrite: true })).rejects.toThrow(InputError)
    expect(readdirSync(join(out, '..'))).toEqual(['run'])
    expect(readdirSync(out)).toEqual(['checkpoints', 'config.json'])
    expect(readdirSync(join(out, 'checkpoints'))).toEqual(['mine', likeOurs])
  })

  it('is not replaced while the command is run in it or below it', async () => {
    await (await open())[Symbol.asyncDispose]()
    const before = process.cwd()
    const inside = join(out, 'units')
    mkdirSync(inside, { recursive: true })
    try {
      for (const place of [out, inside]) {
        process.chdir(place)
        await expect(open({ overwrite: true })).rejects.toThrow(/the one that the command is run in/)
      }
    } finally {
      process.chdir(before)
    }
    expect(existsSync(join(out, 'config.json'))).toBe(true)
  })

  it('with a run is replaced only when told to, and only once the new run has a row', async () => {
    {
      await using folder = await open()
      await add(folder, 'CRC')
      writeFileSync(join(out, 'notes.txt'), 'of the old run')
    }
    await expect(open()).rejects.toThrow(/--resume.*--overwrite/)
    {
      await using folder = await open({ overwrite: true })
      mkdirSync(folder.checkpointsOf('k'), { recursive: true })
      expect(readResults(out).rows).toHaveLength(1)
      await add(folder, 'NCM')
      expect(folder.path).toBe(out)
    }
    expect(readResults(out).rows.map(({ method }) => method)).toEqual(['NCM'])
    expect(existsSync(join(out, 'notes.txt'))).toBe(false)
    expect(readdirSync(join(out, '..'))).toEqual(['run'])
  })

  it('is left as it was by a new run that ends before its first row, which can be resumed', async () => {
    {
      await using folder = await open()
      await add(folder, 'CRC')
    }
    {
      await using folder = await open({ overwrite: true, config: { version: '2' } })
      mkdirSync(folder.checkpointsOf('k'), { recursive: true })
    }
    expect(readResults(out).rows.map(({ method }) => method)).toEqual(['CRC'])
    await using folder = await open({ overwrite: true, resume: true, config: { version: '2' } })
    expect(existsSync(folder.checkpointsOf('k'))).toBe(true)
  })

  it('is resumed with the same configuration only, and by one process at a time', async () => {
    await using folder = await open()
    await expect(open({ resume: true })).rejects.toThrow(/process \d+ at work/)
    await folder[Symbol.asyncDispose]()
    await expect(open({ resume: true, config: { version: '2' } })).rejects.toThrow(/another experiment/)
  })

  it('with an empty name is refused, and a file in its place is an error that says so', async () => {
    await expect(RunFolder.open('', { config: {}, header, images })).rejects.toThrow(InputError)
    mkdirSync(join(out, '..'), { recursive: true })
    writeFileSync(out, 'a file')
    await expect(open()).rejects.toThrow(DataError)
  })
})
