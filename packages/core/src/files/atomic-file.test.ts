import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { replaceFile, writeFileAtomic, writeJsonAtomic } from './atomic-file.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe('replaceFile', () => {
  it('leaves the old content, and nothing beside it, when writing fails half-way', async () => {
    const path = join(folder, 'kept', 'file')
    await writeFileAtomic(path, 'old')
    const writing = replaceFile(path, async (file) => {
      await file.writeFile('half of the new con')
      throw new Error('disk full')
    })
    await expect(writing).rejects.toThrow('disk full')
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(join(folder, 'kept'))).toEqual(['file'])
  })

  it('lets writers of one path meet: the last whole content wins', async () => {
    const path = join(folder, 'contested')
    const contents = Array.from({ length: 8 }, (_, i) => String(i).repeat(10_000))
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)))
    expect(contents).toContain(await readFile(path, 'utf8'))
  })
})

it('writeJsonAtomic writes JSON that ends its last line', async () => {
  const path = join(folder, 'value.json')
  await writeJsonAtomic(path, { a: [1, 2] })
  const text = await readFile(path, 'utf8')
  expect(JSON.parse(text)).toEqual({ a: [1, 2] })
  expect(text.endsWith('}\n')).toBe(true)
})
