import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { type ImageDataset, type ImageRecord, imageDataset } from './dataset.ts'
import { readList } from './lists.ts'
import { TERMS } from './terms.ts'

export interface PetsDataset extends ImageDataset {
  /** The species of each class. */
  species: readonly ('cat' | 'dog')[]
}

/**
 * Oxford-IIIT Pets in its official layout: `annotations/trainval.txt`, `annotations/test.txt` and `images/`.
 * Splits: trainval 3680, test 3669. The classes are the breeds that the lists name, 37 in the whole set, in the
 * order of their official numbers. Image files may differ from the lists in capitals, as some copies do.
 * Source: Parkhi, Vedaldi, Zisserman & Jawahar, "Cats and dogs", CVPR 2012.
 * @throws {DataError} when a list is missing or damaged.
 */
export async function pets(root: string): Promise<PetsDataset> {
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
    ...imageDataset({
      name: 'pets',
      root,
      classes: numbers.map((number) => breeds.get(number)!.name),
      records: { trainval: rows.trainval.map(record), test: rows.test.map(record) },
      published: { classes: 37, images: { trainval: 3680, test: 3669 } },
      licence: TERMS.pets.licence,
      citation: TERMS.pets.citation,
    }),
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
