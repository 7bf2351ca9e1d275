import { join } from 'node:path'
import type { Box, ImageRecord } from '../dataset.ts'
import { type DatasetLists, defineDataset } from '../define-dataset.ts'
import { contradiction, readList } from '../lists.ts'
import { cornerBox } from './corner-box.ts'

const SPLITS = ['train', 'val', 'trainval', 'test'] as const

async function read(root: string): Promise<DatasetLists> {
  const rows = await readList(join(root, 'variants.txt'), 1)
  const classes = rows.map((words) => words.join(' '))
  const index = new Map(classes.map((name, label) => [name, label]))
  const boxes = new Map<string, Box>()
  for (const [id, ...numbers] of await readList(join(root, 'images_box.txt'), 5)) {
    boxes.set(id, cornerBox(numbers.map(Number)))
  }
  const records: Record<string, readonly ImageRecord[]> = {}
  for (const split of SPLITS) {
    const path = join(root, `images_variant_${split}.txt`)
    records[split] = (await readList(path, 2)).map(([id, ...words]) => {
      const label = index.get(words.join(' '))
      if (label === undefined) throw contradiction(path, 'a variant of variants.txt', words.join(' '))
      return { id, path: join(root, 'images', `${id}.jpg`), label, box: boxes.get(id) }
    })
  }
  return { classes, records }
}

/**
 * The folder `data` of the archive: `variants.txt`, `images_variant_train.txt` …, `images_box.txt` and `images/`. The last 20 rows of
 * every image name its owner: use `cropToBox`, or cut them off.
 */
export const aircraft = defineDataset({
  name: 'aircraft',
  title: 'FGVC-Aircraft',
  licence: 'For non-commercial research only; the photographers keep the rights.',
  citation:
    'S. Maji, J. Kannala, E. Rahtu, M. Blaschko, A. Vedaldi. Fine-Grained Visual Classification of Aircraft. 2013.',
  published: { classes: 100, images: { train: 3334, val: 3333, trainval: 6667, test: 3333 } },
  images: 10000,
  source: { page: 'https://www.robots.ox.ac.uk/~vgg/data/fgvc-aircraft/' },
  read,
})
