import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, InputError } from '@dml-crc/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { defineDataset, fetchDatasetFolder, listDatasets, openDataset, verifyDataset } from '../index.ts'
import { RECORDS } from '../open.ts'
import { listNames, plant, type Tree } from '../testdata/trees/tree.ts'

/** The tree of each set, from the file with its name. */
const TREES = new Map<string, Tree>()
for (const name of RECORDS.keys()) {
  const { tree } = await import(`../testdata/trees/${name}.ts`)
  TREES.set(name, tree)
}

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'contract-'))
})
afterAll(() => rm(scratch, { recursive: true }))

describe.each([...RECORDS.values()].map((record) => [record.name, record] as const))('%s', (name, record) => {
  const { published, images } = record
  const tree = TREES.get(name)!
  const planted = async (place: string) => {
    const root = join(scratch, name, place)
    await plant(root, tree)
    return root
  }

  it('has terms that are shown before anything is fetched', async () => {
    for (const text of [record.title, record.licence, record.citation]) expect(text.length).toBeGreaterThan(3)
    const shown = (await listDatasets()).find((each) => each.name === name)
    expect(shown).toMatchObject({ licence: record.licence, citation: record.citation, images })
    expect(shown).toHaveProperty('files' in record.source ? 'bytes' : 'page')
  })

  it('counts each image once in its splits, which have none in common', () => {
    const { trainval, ...others } = published.images
    const sum = Object.values(others).reduce((a, b) => a + b, 0)
    if (others.train !== undefined) expect(sum).toBe(images)
    else expect(trainval + sum).toBe(images)
    if (trainval !== undefined && others.train !== undefined) expect(trainval).toBe(others.train + others.val)
  })

  it('opens its layout: every split, sound labels, no image in two splits but those of trainval', async () => {
    const root = await planted('sound')
    const set = await openDataset(name, root)
    expect(set.splits.toSorted()).toEqual(Object.keys(published.images).toSorted())
    expect(set.listed()).toHaveLength(tree.images.length)
    const seen = new Map<string, string>()
    const labels = new Set<number>()
    for (const split of set.splits) {
      for (const { id, label, path } of await set.split(split)) {
        expect(Number.isInteger(label) && label >= 0 && label < set.classes.length, `${id}: ${label}`).toBe(true)
        labels.add(label)
        expect(tree.images.map((image) => join(root, image))).toContain(path)
        if (split === 'trainval' && set.splits.includes('train')) continue
        expect(seen.get(id), `${id} in ${split}`).toBeUndefined()
        seen.set(id, split)
      }
    }
    expect(labels).toEqual(new Set([0, 1]))
    expect(set.published).toEqual(published)
    expect((await verifyDataset(name, root, { deep: true })).damaged).toEqual([])
  })

  it('names what is missing or damaged in a part of it', async () => {
    const root = await planted('part')
    const [gone, cut] = tree.images
    await rm(join(root, gone))
    await truncate(join(root, cut), 100)
    const found = await verifyDataset(name, root, { deep: true })
    expect(found.missing).toEqual([gone])
    expect(found.damaged.map(({ path }) => path)).toEqual([cut])
    expect(found.whole).toBe(false)
  })

  it.each(listNames(tree))('names the list %s where it is damaged', async (list) => {
    const root = await planted('damaged')
    const path = join(root, list)
    const bytes = await readFile(path)
    await rm(path)
    await expect(openDataset(name, root)).rejects.toThrow(list.split('/').at(-1))
    await writeFile(path, bytes.subarray(0, 1))
    await expect(openDataset(name, root)).rejects.toThrow(DataError)
  })

  it('says how to fetch it where it is not, and which list is missing', async () => {
    const remedy = 'files' in record.source ? `dml-crc data get ${name}` : record.source.page
    const root = join(scratch, name, 'nowhere')
    await expect(openDataset(name, root)).rejects.toThrow(`received no such folder. Fetch it`)
    await expect(openDataset(name, root)).rejects.toThrow(remedy)
    const incomplete = await planted('incomplete')
    const [list] = listNames(tree)
    await rm(join(incomplete, list))
    await expect(openDataset(name, incomplete)).rejects.toThrow(`received no ${list}`)
    await expect(openDataset(name, incomplete)).rejects.toThrow(remedy)
  })

  it('is got from files with checksums, or says where to fetch it by hand', async () => {
    if ('files' in record.source) {
      expect(record.source.files.length).toBeGreaterThan(0)
    } else {
      await expect(fetchDatasetFolder(name)).rejects.toThrow(record.source.page)
    }
  })
})

it('a data set without a licence is refused', () => {
  const { title, citation, images, published, source } = RECORDS.get('cub200')!
  const read = async () => ({ classes: [], records: {} })
  expect(() => defineDataset({ name: 'mine', licence: ' ', title, citation, images, published, source, read })).toThrow(
    InputError,
  )
})
