import { join } from 'node:path'
import type { Box, ImageRecord } from '../dataset.ts'
import { contradiction, readList } from '../lists.ts'

/** What the lists of CUB-200-2011 and NABirds say, which have one format. */
export interface BirdLists {
  /** The names of the classes by their numbers, in the order of the list. */
  classes: ReadonlyMap<string, string>
  /** The numbers of the classes that images have. */
  used: ReadonlySet<string>
  /** The images of the splits `train` and `test`, where the classes with these numbers are the labels from 0 on. */
  records(numbers: readonly string[]): { train: ImageRecord[]; test: ImageRecord[] }
}

/**
 * Reads `images.txt`, `image_class_labels.txt`, `train_test_split.txt`, `bounding_boxes.txt` and `classes.txt`.
 * @throws {DataError} when a list is missing, damaged or contradicts another.
 */
export async function readBirds(root: string): Promise<BirdLists> {
  const list = async (name: string, columns: number) => {
    const rows = await readList(join(root, name), columns)
    return new Map(rows.map(([id, ...fields]) => [id, fields]))
  }
  const [images, labels, training, boxes, classes] = await Promise.all([
    list('images.txt', 2),
    list('image_class_labels.txt', 2),
    list('train_test_split.txt', 2),
    list('bounding_boxes.txt', 5),
    list('classes.txt', 2),
  ])
  function records(numbers: readonly string[]) {
    const index = new Map(numbers.map((number, label) => [number, label]))
    const splits = { train: [] as ImageRecord[], test: [] as ImageRecord[] }
    for (const [id, [path]] of images) {
      const label = index.get(labels.get(id)?.[0] ?? '')
      const isTraining = training.get(id)?.[0]
      const [left, top, width, height] = boxes.get(id)?.map(Number) ?? []
      if (label === undefined)
        throw contradiction(join(root, 'image_class_labels.txt'), `a class of image ${id}`, 'none')
      if (isTraining === undefined) throw contradiction(join(root, 'train_test_split.txt'), `image ${id}`, 'nothing')
      if (!(width > 0 && height > 0))
        throw contradiction(join(root, 'bounding_boxes.txt'), `a box of image ${id}`, 'none')
      const box: Box = { left, top, width, height }
      splits[isTraining === '1' ? 'train' : 'test'].push({ id: path, path: join(root, 'images', path), label, box })
    }
    return splits
  }
  return {
    classes: new Map([...classes].map(([number, name]) => [number, name.join(' ')])),
    used: new Set([...labels.values()].map(([number]) => number)),
    records,
  }
}
