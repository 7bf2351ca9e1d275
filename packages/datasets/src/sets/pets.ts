import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageRecord } from '../dataset.ts'
import { type DatasetLists, defineDataset } from '../define-dataset.ts'
import { readList } from '../lists.ts'

interface PetsLists extends DatasetLists {
  /** The species of each class. */
  species: readonly ('cat' | 'dog')[]
}

async function read(root: string): Promise<PetsLists> {
  const rows = { trainval: await listOf(root, 'trainval'), test: await listOf(root, 'test') }
  const breeds = new Map<number, { name: string; species: 'cat' | 'dog' }>()
  for (const { number, name, species } of [...rows.trainval, ...rows.test]) breeds.set(number, { name, species })
  const numbers = [...breeds.keys()].sort((a, b) => a - b)
  const files = await readdir(join(root, 'images')).catch((): string[] => [])
  const present = new Map(files.map((file) => [file.toLowerCase(), file]))
  const record = ({ id, number }: Row): ImageRecord => {
    const file = `${id}.jpg`
    return { id, path: join(root, 'images', present.get(file.toLowerCase()) ?? file), label: numbers.indexOf(number) }
  }
  return {
    classes: numbers.map((number) => breeds.get(number)!.name),
    records: { trainval: rows.trainval.map(record), test: rows.test.map(record) },
    species: numbers.map((number) => breeds.get(number)!.species),
  }
}

interface Row {
  id: string
  number: number
  name: string
  species: 'cat' | 'dog'
}

async function listOf(root: string, split: string): Promise<Row[]> {
  const rows = await readList(join(root, 'annotations', `${split}.txt`), 3)
  return rows.map(([id, number, species]) => ({
    id,
    number: Number(number),
    name: id.replace(/_\d+$/, '').replaceAll('_', ' '),
    species: species === '1' ? 'cat' : 'dog',
  }))
}

const ADDRESSES = ['https://thor.robots.ox.ac.uk/~vgg/data/pets', 'https://www.robots.ox.ac.uk/~vgg/data/pets/data']

/**
 * `annotations/trainval.txt`, `annotations/test.txt` and `images/`. The classes are the breeds that the lists name, in the order of
 * their official numbers. Image files may differ from the lists in capitals, as some copies do.
 */
export const pets = defineDataset({
  name: 'pets',
  title: 'Oxford-IIIT Pets',
  licence: 'Creative Commons Attribution-ShareAlike 4.0; the photographs belong to their owners.',
  citation: 'O. Parkhi, A. Vedaldi, A. Zisserman, C. V. Jawahar. Cats and Dogs. CVPR 2012.',
  published: { classes: 37, images: { trainval: 3680, test: 3669 } },
  images: 7349,
  source: {
    mostFiles: 30000,
    odd: ['beagle_116', 'chihuahua_121'],
    files: [
      {
        name: 'annotations.tar.gz',
        urls: ADDRESSES.map((base) => `${base}/annotations.tar.gz`),
        bytes: 19173078,
        sha256: '52425fb6de5c424942b7626b428656fcbd798db970a937df61750c0f1d358e91',
        within: '',
      },
      {
        name: 'images.tar.gz',
        urls: ADDRESSES.map((base) => `${base}/images.tar.gz`),
        bytes: 791918971,
        sha256: '67195c5e1c01f1ab5f9b6a5d22b8c27a580d896ece458917e61d459337fa318d',
        within: '',
      },
    ],
  },
  read,
})
