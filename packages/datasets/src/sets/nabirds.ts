import { type DatasetLists, defineDataset } from '../define-dataset.ts'
import { readBirds } from './birds.ts'

/** Its classes are a tree; those that no image has, the branches, are left out. */
async function read(root: string): Promise<DatasetLists> {
  const { classes, used, records } = await readBirds(root)
  const numbers = [...classes.keys()].filter((number) => used.has(number)).sort((a, b) => Number(a) - Number(b))
  return { classes: numbers.map((number) => classes.get(number)!), records: records(numbers) }
}

/** The lists as in CUB-200-2011, and `images/`. Records carry the bird's box. */
export const nabirds = defineDataset({
  name: 'nabirds',
  title: 'NABirds',
  licence:
    "Under the Cornell Lab of Ornithology's terms of use, to be agreed to on its page; the photographers keep the rights.",
  citation:
    'G. Van Horn et al. Building a bird recognition app and large scale dataset with citizen scientists. CVPR 2015.',
  published: { classes: 555, images: { train: 23929, test: 24633 } },
  images: 48562,
  source: { page: 'https://dl.allaboutbirds.org/nabirds' },
  read,
})
