import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { flowers102 } from '../index.ts'

const shared = fileURLToPath(new URL('../../../../../shared/data/flowers102', import.meta.url))

describe.skipIf(!existsSync(shared))('Flowers 102, official files (needs ../shared)', () => {
  let empty: string
  beforeAll(async () => {
    empty = await mkdtemp(join(tmpdir(), 'flowers-'))
    for (const name of ['imagelabels.mat', 'setid.mat']) await copyFile(join(shared, name), join(empty, name))
  })
  afterAll(() => rm(empty, { recursive: true }))

  it('has the official splits: 1020, 1020, both, each with 10 images of each class', async () => {
    const flowers = await flowers102.open(shared)
    expect(flowers.classes).toHaveLength(102)
    const [train, val, trainval] = await Promise.all(['train', 'val', 'trainval'].map((name) => flowers.split(name)))
    expect([train.length, val.length, trainval.length]).toEqual([1020, 1020, 2040])
    expect(new Set(trainval.map(({ id }) => id)).size).toBe(2040)
    for (const split of [train, val]) {
      const counts = new Array(102).fill(0)
      for (const { label } of split) counts[label]++
      expect(counts).toEqual(new Array(102).fill(10))
    }
    expect(flowers.classes[trainval.find(({ id }) => id === 'image_06734')?.label ?? 0]).toBe('pink primrose')
  })

  it('names a split whose images are missing in one error, with the first and the count', async () => {
    const flowers = await flowers102.open(shared)
    await expect(flowers.split('test')).rejects.toThrow(
      /expected 6149 images, received 0: 6149 are missing, the first is jpg\/image_\d{5}\.jpg/,
    )
    await expect((await flowers102.open(empty)).split('train')).rejects.toThrow(/expected 1020 images, received 0/)
  })

  it('suggests the split that was meant', async () => {
    await expect((await flowers102.open(shared)).split('tset')).rejects.toThrow(/Did you mean test\?/)
  })
})

describe('a folder without the lists', () => {
  it('is an error with the path of the first', async () => {
    await expect(flowers102.open('/nowhere')).rejects.toThrow(
      /imagelabels\.mat: expected a MATLAB 5 file, received no such file/,
    )
  })
})
