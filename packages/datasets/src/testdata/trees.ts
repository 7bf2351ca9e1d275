import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { writeMat } from '@dml-crc/core'
import sharp from 'sharp'

/** A tree of a few images in the official layout of a set: the contents of its lists, and its images. */
export interface Tree {
  /** Text lists by name. */
  lists: Record<string, string>
  /** MATLAB lists by name, each variable [1, N]. */
  matrices?: Record<string, Record<string, number[]>>
  images: string[]
}

const lines = (...rows: string[]) => `${rows.join('\n')}\n`

const birdImages = ['1/a.jpg', '1/b.jpg', '2/c.jpg', '2/d.jpg']

/** The lists of CUB-200-2011 and NABirds, whose classes have these numbers and names. */
const birds = (...classes: string[]): Tree => ({
  lists: {
    'classes.txt': lines(...classes),
    'images.txt': lines(...birdImages.map((path, i) => `${i + 1} ${path}`)),
    'image_class_labels.txt': lines('1 1', '2 1', '3 2', '4 2'),
    'train_test_split.txt': lines('1 1', '2 0', '3 1', '4 0'),
    'bounding_boxes.txt': lines(...birdImages.map((_, i) => `${i + 1} 1 2 10 11`)),
  },
  images: birdImages.map((path) => `images/${path}`),
})

const planes = ['0000001', '0000002', '0000003', '0000004', '0000005', '0000006']
const variant = (i: number) => (i % 2 === 0 ? '707-320' : 'Cessna 172')
const planesOf = (...indices: number[]) => lines(...indices.map((i) => `${planes[i]} ${variant(i)}`))

const breeds = ['Abyssinian', 'american_bulldog']
const petList = (number: number) =>
  lines('# id class species breed', ...breeds.map((name, i) => `${name}_${number} ${i + 1} ${i + 1} 1`))

/** By the name of the set; the contract test has one for each. */
export const TREES: Record<string, Tree> = {
  cub200: birds('1 001.Black_footed_Albatross', '2 002.Laysan_Albatross'),
  // The first is a branch of the tree of classes.
  nabirds: birds('0 Birds', '1 Snow Goose (White morph)', '2 Mute Swan'),
  aircraft: {
    lists: {
      'variants.txt': lines('707-320', 'Cessna 172'),
      'images_variant_train.txt': planesOf(0, 1),
      'images_variant_val.txt': planesOf(2, 3),
      'images_variant_trainval.txt': planesOf(0, 1, 2, 3),
      'images_variant_test.txt': planesOf(4, 5),
      'images_box.txt': lines(...planes.map((id) => `${id} 2 3 11 12`)),
    },
    images: planes.map((id) => `images/${id}.jpg`),
  },
  pets: {
    lists: { 'annotations/trainval.txt': petList(1), 'annotations/test.txt': petList(2) },
    images: [1, 2].flatMap((number) => breeds.map((name) => `images/${name}_${number}.jpg`)),
  },
  flowers102: {
    lists: {},
    matrices: {
      'imagelabels.mat': { labels: [1, 2, 1, 2, 1, 2] },
      'setid.mat': { trnid: [1, 2], valid: [3, 4], tstid: [5, 6] },
    },
    images: [1, 2, 3, 4, 5, 6].map((i) => `jpg/image_0000${i}.jpg`),
  },
}

/** Writes a tree; every image is the same small JPEG. */
export async function plant(root: string, { lists, matrices = {}, images }: Tree): Promise<void> {
  const pixels = await sharp({ create: { width: 16, height: 16, channels: 3, background: '#357' } })
    .jpeg()
    .toBuffer()
  const write = async (name: string, content: string | Buffer) => {
    await mkdir(dirname(join(root, name)), { recursive: true })
    await writeFile(join(root, name), content)
  }
  for (const [name, text] of Object.entries(lists)) await write(name, text)
  for (const name of images) await write(name, pixels)
  for (const [name, variables] of Object.entries(matrices)) {
    await mkdir(root, { recursive: true })
    await writeMat(join(root, name), variables)
  }
}
