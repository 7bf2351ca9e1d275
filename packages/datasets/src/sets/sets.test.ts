import { existsSync } from 'node:fs'
import { cp, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { DataError, InputError } from '@dml-crc/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cub200, folder as imageFolder, openDataset, pets } from '../index.ts'

const shared = fileURLToPath(new URL('../../../../../shared/data', import.meta.url))

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'sets-'))
})
afterAll(() => rm(scratch, { recursive: true }))

async function files(root: string, contents: Record<string, string>): Promise<string> {
  for (const [name, content] of Object.entries(contents)) {
    await mkdir(join(root, name, '..'), { recursive: true })
    await writeFile(join(root, name), content)
  }
  return root
}

describe.skipIf(!existsSync(shared))('real data sets (needs ../shared)', () => {
  it('CUB-200: 300 train and 243 test images of 10 birds, each with its box', async () => {
    const birds = await cub200.open(join(shared, 'CUB_200_2011'))
    const [train, test] = [await birds.split('train'), await birds.split('test')]
    expect([train.length, test.length, birds.classes.length]).toEqual([300, 243, 10])
    expect(birds.classes[0]).toBe('Black footed Albatross')
    for (const { id, label, box } of [...train, ...test]) {
      expect(Number.parseInt(id, 10)).toBe(label + 1)
      expect(box!.width * box!.height).toBeGreaterThan(0)
    }
  })

  it('Pets: 100 trainval and 100 test images of 5 breeds, with species', async () => {
    const animals = await pets.open(join(shared, 'oxford-iiit-pet'))
    const [trainval, test] = [await animals.split('trainval'), await animals.split('test')]
    expect([trainval.length, test.length, animals.classes.length]).toEqual([100, 100, 5])
    expect(animals.species).toHaveLength(5)
    for (const { id, label } of [...trainval, ...test]) {
      expect(id.replaceAll('_', ' ')).toContain(animals.classes[label])
      // The official naming: cats begin with a capital, dogs do not.
      expect(animals.species[label]).toBe(/^[A-Z]/.test(id) ? 'cat' : 'dog')
    }
  })

  it('Pets: finds files whose names differ from the lists in capitals', async () => {
    const root = join(scratch, 'pets')
    await cp(join(shared, 'oxford-iiit-pet'), root, { recursive: true })
    const [{ path }] = await (await pets.open(root)).split('test')
    await rename(path, path.toLowerCase().replace(root.toLowerCase(), root))
    const [found] = await (await pets.open(root)).split('test')
    expect(existsSync(found.path)).toBe(true)
  })
})

describe('lists that are damaged', () => {
  const whole = {
    'images.txt': '1 a/x.jpg\n2 b/y.jpg\n',
    'image_class_labels.txt': '1 1\n2 2\n',
    'train_test_split.txt': '1 1\n2 0\n',
    'bounding_boxes.txt': '1 0 0 9 9\n2 0 0 9 9\n',
    'classes.txt': '1 001.Ant_eater\n2 002.Bee\n',
    'images/a/x.jpg': '',
  }
  it.each([
    ['image_class_labels.txt', '1 1\n2 3\n', /a class of image 2/],
    ['train_test_split.txt', '1 1\n', /train_test_split\.txt: expected image 2/],
    ['bounding_boxes.txt', '1 0 0 9 9\n2 0 0 0 9\n', /a box of image 2/],
    ['images.txt', '1 a/x.jpg\nnonsense\n', /images\.txt: expected 2 fields per line, received 'nonsense' in line 2/],
  ])('%s', async (name, content, message) => {
    const root = await files(await mkdtemp(join(scratch, 'cub-')), { ...whole, [name]: content })
    await expect(cub200.open(root)).rejects.toThrow(message)
    await expect(cub200.open(root)).rejects.toThrow(DataError)
  })

  it('one list is missing, one image is missing', async () => {
    const root = await files(await mkdtemp(join(scratch, 'cub-')), whole)
    const birds = await cub200.open(root)
    expect(await birds.split('train')).toHaveLength(1)
    await expect(birds.split('test')).rejects.toThrow(/1 are missing, the first is images\/b\/y\.jpg/)
    await rm(join(root, 'classes.txt'))
    await expect(cub200.open(root)).rejects.toThrow(/classes\.txt: expected a list, received ENOENT/)
  })
})

describe('folder', () => {
  const many = Object.fromEntries(
    ['ant', 'bee', 'cat'].flatMap((name, k) =>
      Array.from({ length: 10 * (k + 1) }, (_, i) => [`${name}/${i}.jpg`, '']),
    ),
  )

  it('splits each class by the fractions, the same way for the same seed, another way for another', async () => {
    const root = await files(join(scratch, 'own'), { ...many, 'ant/notes.txt': '' })
    const set = await imageFolder(root)
    expect(set.classes).toEqual(['ant', 'bee', 'cat'])
    const counts = async (name: string) => {
      const out = [0, 0, 0]
      for (const { label } of await set.split(name)) out[label]++
      return out
    }
    expect(await counts('train')).toEqual([6, 12, 18])
    expect(await counts('val')).toEqual([2, 4, 6])
    expect(await counts('test')).toEqual([2, 4, 6])
    const ids = (await Promise.all(['train', 'val', 'test'].map((name) => set.split(name)))).flat().map(({ id }) => id)
    expect(new Set(ids).size).toBe(60)
    expect(set.listed()).toHaveLength(60)
    const again = await (await imageFolder(root)).split('train')
    expect(again).toEqual(await set.split('train'))
    expect(await (await imageFolder(root, { seed: 1 })).split('train')).not.toEqual(again)
    expect((await imageFolder(root, { fractions: { most: 0.9, rest: 0.1 } })).splits).toEqual(['most', 'rest', 'all'])
  })

  it.each([
    ['manifest.csv', 'path,label,split\r\n"a, ""b"".jpg",ant,fit\r\nc.jpg,bee,held\r\n'],
    [
      'manifest.json',
      '[{"path":"a, \\"b\\".jpg","label":"ant","split":"fit"},{"path":"c.jpg","label":"bee","split":"held"}]',
    ],
  ])('reads %s', async (name, content) => {
    const root = await files(join(scratch, name), { [name]: content, 'a, "b".jpg': '', 'c.jpg': '' })
    const set = await openDataset('folder', root)
    expect(set.splits).toEqual(['fit', 'held', 'all'])
    expect((await set.split('fit'))[0]).toMatchObject({ id: 'a, "b".jpg', label: 0 })
    expect((await set.split('held'))[0]).toMatchObject({ id: 'c.jpg', label: 1 })
  })

  it('says what is wrong', async () => {
    await expect(imageFolder(join(scratch, 'none'))).rejects.toThrow(/class folders.*ENOENT/)
    const root = await files(join(scratch, 'bad'), { 'manifest.csv': 'file,label\na.jpg,ant\n' })
    await expect(imageFolder(root)).rejects.toThrow(/rows with a path and a label/)
    await writeFile(join(root, 'manifest.json'), '{')
    await expect(imageFolder(root)).rejects.toThrow(DataError)
    await expect(imageFolder(root, { fractions: { train: 0.9, test: 0.2 } })).rejects.toThrow(InputError)
    await expect(imageFolder(await mkdtemp(join(scratch, 'empty-')))).rejects.toThrow(/images in class folders/)
    await expect(openDataset('flower102', root)).rejects.toThrow(/Did you mean flowers102\?/)
  })
})
