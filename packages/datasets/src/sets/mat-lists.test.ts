import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DataError, writeMat } from '@dml-crc/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cars, dogs } from '../index.ts'
import { MatFields } from '../mat-lists.ts'

const golden = (name: string) => new URL(`../testdata/lists/${name}.mat`, import.meta.url)

let scratch: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'mat-lists-'))
})
afterAll(() => rm(scratch, { recursive: true }))

describe('lists that SciPy wrote', () => {
  it('Stanford Cars: names, splits and boxes, whose corners count from 1 and belong to them', async () => {
    await copyFile(golden('cars_annos'), join(scratch, 'cars_annos.mat'))
    const set = await cars.open(scratch)
    expect(set.classes).toEqual(['AM General Hummer SUV 2000', 'Acura RL Sedan 2012'])
    const listed = set.listed()
    expect(listed).toHaveLength(6)
    for (const [i, { id, label, box, path }] of listed.entries()) {
      expect({ id, label, path }).toEqual({
        id: `00000${i + 1}`,
        label: i % 2,
        path: join(scratch, 'car_ims', `00000${i + 1}.jpg`),
      })
      expect(box).toEqual({ left: 1, top: 2, width: 10 + i, height: 10 })
    }
  })

  it('Stanford Dogs: names of breeds from the folders, the labels of each split', async () => {
    for (const split of ['train', 'test']) await copyFile(golden(`dogs_${split}`), join(scratch, `${split}_list.mat`))
    const set = await dogs.open(scratch)
    expect(set.classes).toEqual(['Chihuahua', 'Tibetan terrier'])
    expect(set.listed().map(({ label }) => label)).toEqual([0, 0, 1, 1, 0, 0, 1, 1])
    expect(set.listed()[0]).toEqual({
      id: 'n02085620-Chihuahua/n02085620_5927',
      path: join(scratch, 'Images/n02085620-Chihuahua/n02085620_5927.jpg'),
      label: 0,
    })
  })

  it('two lists that contradict each other are an error', async () => {
    const root = await mkdtemp(join(scratch, 'contradicting-'))
    await copyFile(golden('dogs_train'), join(root, 'train_list.mat'))
    await writeMat(join(root, 'test_list.mat'), { labels: [1, 2] })
    await expect(dogs.open(root)).rejects.toThrow(
      /test_list\.mat: expected texts in file_list, received only labels\. Fetch the official lists again/,
    )
  })
})

it('a field of another kind is a DataError that says what it is', async () => {
  const path = join(scratch, 'numbers.mat')
  await writeMat(path, { several: [1, 2], half: [0.5] })
  const fields = await MatFields.read(path)
  expect(fields.wholeNumbers('several')).toEqual([1, 2])
  expect(() => fields.wholeNumber('several')).toThrow('expected one number in several, received 2 numbers (1, 2 …)')
  expect(() => fields.wholeNumbers('half')).toThrow('expected whole numbers in half, received 1 numbers (0.5 …)')
  for (const ask of [() => fields.text('half'), () => fields.texts('half'), () => fields.records('half')])
    expect(ask).toThrow(DataError)
  expect(() => fields.text('none')).toThrow('received only several, half')
})
