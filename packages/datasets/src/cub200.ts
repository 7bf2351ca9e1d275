import { join } from 'node:path'
import { type Box, type ImageDataset, type ImageRecord, imageDataset } from './dataset.ts'
import { contradiction, readList } from './lists.ts'
import { TERMS } from './terms.ts'

/**
 * Caltech-UCSD Birds 200-2011 in its official layout: `images.txt`, `image_class_labels.txt`, `train_test_split.txt`,
 * `bounding_boxes.txt`, `classes.txt` and `images/`. Splits: train 5994, test 5794. Records carry the bird's box.
 * Source: Wah, Branson, Welinder, Perona & Belongie, technical report CNS-TR-2011-001, Caltech 2011.
 * @throws {DataError} when a list is missing, damaged or contradicts another.
 */
export async function cub200(root: string): Promise<ImageDataset> {
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
  const classIndex = new Map([...classes.keys()].map((id, index) => [id, index]))

  const splits: Record<string, ImageRecord[]> = { train: [], test: [] }
  for (const [id, [path]] of images) {
    const label = classIndex.get(labels.get(id)?.[0] ?? '')
    const isTraining = training.get(id)?.[0]
    const [left, top, width, height] = boxes.get(id)?.map(Number) ?? []
    if (label === undefined) throw contradiction(join(root, 'image_class_labels.txt'), `a class of image ${id}`, 'none')
    if (isTraining === undefined) throw contradiction(join(root, 'train_test_split.txt'), `image ${id}`, 'nothing')
    if (!(width > 0 && height > 0))
      throw contradiction(join(root, 'bounding_boxes.txt'), `a box of image ${id}`, 'none')
    const box: Box = { left, top, width, height }
    splits[isTraining === '1' ? 'train' : 'test'].push({ id: path, path: join(root, 'images', path), label, box })
  }
  return imageDataset({
    name: 'cub200',
    root,
    // '001.Black_footed_Albatross' is the folder's name; people call it Black footed Albatross.
    classes: [...classes.values()].map(([name]) => name.replace(/^\d+\./, '').replaceAll('_', ' ')),
    records: splits,
    published: { classes: 200, images: { train: 5994, test: 5794 } },
    licence: TERMS.cub200.licence,
    citation: TERMS.cub200.citation,
  })
}
