import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ImageDataset, ImageRecord } from '@dml-crc/datasets'
import { afterAll, describe, expect, it } from 'vitest'
import { validateExperiment } from '../experiment/validate.ts'
import { fittedClasses, openImages, partOf } from './images.ts'

const folder = mkdtempSync(join(tmpdir(), 'dml-crc-images-'))
afterAll(() => rmSync(folder, { recursive: true }))
for (const name of ['a', 'b']) {
  mkdirSync(join(folder, name))
  // The images are listed and not decoded.
  for (let i = 0; i < 10; i++) writeFileSync(join(folder, name, `${i}.jpg`), 'x')
}

const experiment = (fit: string, test: string) =>
  validateExperiment(
    {
      name: 'x',
      description: 'x',
      dataset: { name: 'folder', root: folder },
      splits: { fit, test },
      backbones: [{ name: 'tiny_vgg' }],
    },
    'x',
  )

describe('openImages', () => {
  it('opens splits without images in common', async () => {
    const { fit, test } = await openImages(experiment('train', 'test'), () => {})
    expect([fit.length, test.length]).toEqual([12, 4])
  })

  it.each([
    ['train', 'train'],
    ['train', 'all'],
    ['all', 'test'],
  ])('refuses to fit on %s and test on %s', async (fit, test) => {
    await expect(openImages(experiment(fit, test), () => {})).rejects.toThrow(/nothing is fitted on.*--fit and --test/s)
  })
})

describe('partOf', () => {
  const records = (count: number, classes: number) =>
    Array.from({ length: count }, (_, i) => ({ id: String(i), label: i % classes })) as ImageRecord[]
  const dataset = { published: { classes: 4, images: { train: 40, test: 20 } } } as unknown as ImageDataset
  const splits = { fit: 'train', test: 'test' }

  it('says which classes and images are not here', () => {
    expect(partOf({ dataset, fit: records(40, 4), test: records(20, 4) }, splits)).toBeUndefined()
    expect(partOf({ dataset, fit: records(10, 2), test: records(20, 2) }, splits)).toBe(
      '2 of 4 classes, 10 of 40 images of train',
    )
  })

  it('has nothing to say of sets that nobody published', () => {
    const own = { ...dataset, published: undefined }
    expect(partOf({ dataset: own, fit: records(1, 1), test: records(1, 1) }, splits)).toBeUndefined()
  })
})

it('fittedClasses names the classes that a model of a part of a set has', () => {
  const records = [2, 0, 2].map((label) => ({ label })) as ImageRecord[]
  const dataset = { classes: ['a', 'b', 'c', 'd', 'e'] } as unknown as ImageDataset
  expect(fittedClasses({ dataset, fit: records })).toEqual(['a', 'b', 'c'])
})
