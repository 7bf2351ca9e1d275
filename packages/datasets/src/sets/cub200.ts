import { type DatasetLists, defineDataset } from '../define-dataset.ts'
import { readBirds } from './birds.ts'

async function read(root: string): Promise<DatasetLists> {
  const { classes, records } = await readBirds(root)
  // '001.Black_footed_Albatross' is the folder's name; people call it Black footed Albatross.
  return {
    classes: [...classes.values()].map((name) => name.replace(/^\d+\./, '').replaceAll('_', ' ')),
    records: records([...classes.keys()]),
  }
}

/**
 * `images.txt`, `image_class_labels.txt`, `train_test_split.txt`, `bounding_boxes.txt`, `classes.txt` and `images/`. Records carry
 * the bird's box.
 */
export const cub200 = defineDataset({
  name: 'cub200',
  title: 'Caltech-UCSD Birds 200-2011',
  licence: 'The images are for non-commercial research and education; their owners keep the rights.',
  citation: 'C. Wah, S. Branson, P. Welinder, P. Perona, S. Belongie. The Caltech-UCSD Birds-200-2011 Dataset. 2011.',
  published: { classes: 200, images: { train: 5994, test: 5794 } },
  images: 11788,
  source: {
    mostFiles: 20000,
    files: [
      {
        name: 'CUB_200_2011.tgz',
        urls: [
          'https://data.caltech.edu/records/65de6-vp158/files/CUB_200_2011.tgz',
          'https://s3.amazonaws.com/fast-ai-imageclas/CUB_200_2011.tgz',
        ],
        bytes: 1150585339,
        sha256: '0c685df5597a8b24909f6a7c9db6d11e008733779a671760afef78feb49bf081',
        within: 'CUB_200_2011',
      },
    ],
  },
  read,
})
