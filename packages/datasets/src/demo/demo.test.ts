import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, InputError } from '@dml-crc/core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flowers102 } from '../sets/flowers102.ts'
import { demo } from './demo.ts'
import { demoFolder, drawDemo } from './draw.ts'
import { KINDS } from './kinds.ts'

const perClass = { train: 2, val: 1, test: 1 }
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'))
  await drawDemo(join(folder, 'a'), { perClass, size: 48 })
})
afterAll(() => rm(folder, { recursive: true }))

describe('drawDemo', () => {
  it('draws a set that both loaders read, with every kind in every split', async () => {
    for (const set of [await demo(join(folder, 'a')), await flowers102.open(join(folder, 'a'))]) {
      for (const [split, count] of Object.entries(perClass)) {
        const records = await set.split(split)
        expect(records.map(({ label }) => label)).toEqual([...KINDS.keys()].flatMap((k) => Array(count).fill(k)))
      }
    }
    expect((await demo(join(folder, 'a'))).classes).toHaveLength(20)
    expect(new Set(KINDS.map(({ name }) => name)).size).toBe(20)
    const { format, width, height } = await sharp(join(folder, 'a', 'jpg', 'image_00001.jpg')).metadata()
    expect({ format, width, height }).toEqual({ format: 'jpeg', width: 48, height: 48 })
  })

  it('removes the lock of a process that was killed when it had drawn the set', async () => {
    await writeFile(join(folder, 'a.lock'), '00000000-1-00000000')
    await utimes(join(folder, 'a.lock'), 0, 0)
    await drawDemo(join(folder, 'a'), { perClass, size: 48 })
    expect(await readdir(folder)).not.toContain('a.lock')
  })

  it('draws the same pictures from the same seed, and others from another', async () => {
    await drawDemo(join(folder, 'b'), { perClass, size: 48 })
    await drawDemo(join(folder, 'c'), { perClass, size: 48, seed: 1 })
    for (const name of ['image_00001.jpg', 'image_00080.jpg']) {
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((set) => readFile(join(folder, set, 'jpg', name))))
      expect(b.equals(a)).toBe(true)
      expect(c.equals(a)).toBe(false)
    }
  })

  it('leaves a set alone that is there, and refuses to replace one drawn with other options', async () => {
    const { ino } = await stat(join(folder, 'a', 'setid.mat'))
    await drawDemo(join(folder, 'a'), { perClass, size: 48 })
    expect((await stat(join(folder, 'a', 'setid.mat'))).ino).toBe(ino)
    await expect(drawDemo(join(folder, 'b'), { perClass, size: 32 })).rejects.toThrow(/drawn with other options/)
    expect((await sharp(join(folder, 'b', 'jpg', 'image_00001.jpg')).metadata()).width).toBe(48)
    expect(await readdir(folder)).toEqual(['a', 'b', 'c'])
  })

  it('gives sets that differ places that differ', () => {
    const folders = [{}, { seed: 1 }, { size: 48 }, { perClass }].map(demoFolder)
    expect(new Set(folders).size).toBe(4)
    expect(demoFolder({ seed: 0, size: 112 })).toBe(folders[0])
  })

  it('is drawn once by three that ask for it at once', async () => {
    const root = join(folder, 'd')
    await Promise.all([1, 2, 3].map(() => drawDemo(root, { perClass, size: 16 })))
    expect((await demo(root)).classes).toHaveLength(20)
    expect(await readdir(folder)).toEqual(['a', 'b', 'c', 'd'])
  })

  it('does not touch a folder with other files', async () => {
    const other = await mkdtemp(join(folder, 'z-'))
    await writeFile(join(other, 'thesis.txt'), 'mine')
    await expect(drawDemo(other, { perClass })).rejects.toThrow(InputError)
    await expect(drawDemo(join(other, 'thesis.txt'), { perClass })).rejects.toThrow(DataError)
    expect(await readFile(join(other, 'thesis.txt'), 'utf8')).toBe('mine')
    expect(await readdir(other)).toEqual(['thesis.txt'])
  })
})
