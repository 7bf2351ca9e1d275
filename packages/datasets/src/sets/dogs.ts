import { join } from 'node:path'
import type { ImageRecord } from '../dataset.ts'
import { type DatasetLists, defineDataset } from '../define-dataset.ts'
import { contradiction } from '../lists.ts'
import { MatFields } from '../mat-lists.ts'

const published = { classes: 120, images: { train: 12000, test: 8580 } }

async function read(root: string): Promise<DatasetLists> {
  /** The folder of each class; the lists have no names of classes. */
  const folders: string[] = []
  const records: Record<string, readonly ImageRecord[]> = {}
  for (const split of ['train', 'test']) {
    const list = join(root, `${split}_list.mat`)
    const variables = await MatFields.read(list)
    const files = variables.texts('file_list')
    const labels = variables.wholeNumbers('labels')
    if (files.length !== labels.length) throw contradiction(list, `${files.length} labels`, `${labels.length}`)
    records[split] = files.map((file, i) => {
      const label = labels[i] - 1
      const [, id, folder] = /^(([^/]+)\/[^/]+)\.jpg$/.exec(file) ?? []
      if (id === undefined) throw contradiction(list, "images such as 'n02085620-Chihuahua/n02085620_5927.jpg'", file)
      if (label < 0 || label >= published.classes)
        throw contradiction(list, `labels from 1 to ${published.classes}`, `${labels[i]}`)
      folders[label] ??= folder
      if (folders[label] !== folder)
        throw contradiction(list, `images of ${folders[label]} with label ${labels[i]}`, file)
      return { id, path: join(root, 'Images', file), label }
    })
  }
  const missing = folders.findIndex((folder) => !folder)
  if (missing >= 0) throw contradiction(root, `images of each label to ${folders.length}`, `none of ${missing + 1}`)
  // 'n02085620-Chihuahua': the number of the synset in WordNet, and what the breed is called.
  return { classes: folders.map((name) => name.replace(/^[^-]*-/, '').replaceAll('_', ' ')), records }
}

/** `train_list.mat` and `test_list.mat` as `lists.tar` unpacks, and `Images/` of `images.tar`. */
export const dogs = defineDataset({
  name: 'dogs',
  title: 'Stanford Dogs',
  licence: "The images are ImageNet's: for non-commercial research and education only; their owners keep the rights.",
  citation:
    'A. Khosla, N. Jayadevaprakash, B. Yao, L. Fei-Fei. Novel Dataset for Fine-Grained Image Categorization. FGVC workshop, CVPR 2011.',
  published,
  images: 20580,
  source: { page: 'http://vision.stanford.edu/aditya86/ImageNetDogs/' },
  read,
})
