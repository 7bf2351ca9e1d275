import { join } from 'node:path'
import type { ImageRecord } from '../dataset.ts'
import { type DatasetLists, defineDataset } from '../define-dataset.ts'
import { contradiction } from '../lists.ts'
import { MatFields } from '../mat-lists.ts'
import { cornerBox } from './corner-box.ts'

async function read(root: string): Promise<DatasetLists> {
  const list = join(root, 'cars_annos.mat')
  const variables = await MatFields.read(list)
  const classes = variables.texts('class_names')
  const train: ImageRecord[] = []
  const test: ImageRecord[] = []
  for (const fields of variables.records('annotations')) {
    const path = fields.text('relative_im_path')
    const [, id] = /^car_ims\/([^/]+)\.jpg$/.exec(path) ?? []
    if (id === undefined) throw contradiction(list, "images such as 'car_ims/000001.jpg'", `'${path}'`)
    const label = fields.wholeNumber('class') - 1
    if (classes[label] === undefined) throw contradiction(list, `classes from 1 to ${classes.length}`, `${label + 1}`)
    const box = cornerBox(['bbox_x1', 'bbox_y1', 'bbox_x2', 'bbox_y2'].map((name) => fields.wholeNumber(name)))
    const split = [train, test][fields.wholeNumber('test')]
    if (split === undefined) throw contradiction(list, '0 or 1 in test', `${fields.wholeNumber('test')}`)
    split.push({ id, path: join(root, path), label, box })
  }
  return { classes, records: { train, test } }
}

/** `cars_annos.mat` and `car_ims/`, the later release with the labels of both splits. Records carry the car's box. */
export const cars = defineDataset({
  name: 'cars',
  title: 'Stanford Cars',
  licence: 'For non-commercial research only; the owners of the images keep the rights.',
  citation:
    'J. Krause, M. Stark, J. Deng, L. Fei-Fei. 3D Object Representations for Fine-Grained Categorization. 3dRR workshop, ICCV 2013.',
  published: { classes: 196, images: { train: 8144, test: 8041 } },
  images: 16185,
  source: { page: 'https://ai.stanford.edu/~jkrause/cars/car_dataset.html' },
  read,
})
