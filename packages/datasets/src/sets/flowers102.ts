import { join } from 'node:path'
import { DataError, type HostTensor, readMat } from '@dml-crc/core'
import type { ImageRecord } from '../dataset.ts'
import { type DatasetLists, defineDataset } from '../define-dataset.ts'
import { FLOWERS102_CLASSES } from './flowers102-classes.ts'

/** One variable of a list. @throws {DataError} when it is not there. */
function matVariable(path: string, variables: ReadonlyMap<string, HostTensor>, name: string): number[] {
  const variable = variables.get(name)
  if (variable) return Array.from(variable.data as ArrayLike<number | bigint>, Number)
  const received = `variables ${[...variables.keys()].join(', ') || '(none)'}`
  throw new DataError(path, { expected: `a variable ${name}`, received, remedy: 'Fetch the official file.' })
}

/** The splits and the variables of setid.mat that make them up. */
const SPLITS: Record<string, readonly string[]> = {
  train: ['trnid'],
  val: ['valid'],
  test: ['tstid'],
  trainval: ['trnid', 'valid'],
}

async function read(root: string): Promise<DatasetLists> {
  const labelsPath = join(root, 'imagelabels.mat')
  const setsPath = join(root, 'setid.mat')
  const labels = matVariable(labelsPath, await readMat(labelsPath), 'labels')
  const sets = await readMat(setsPath)
  const wrong = labels.find((label) => !(Number.isInteger(label) && label >= 1 && label <= FLOWERS102_CLASSES.length))
  if (wrong !== undefined) {
    const expected = `whole labels from 1 to ${FLOWERS102_CLASSES.length}`
    throw new DataError(labelsPath, { expected, received: String(wrong), remedy: 'Fetch the official file.' })
  }

  const record = (image: number): ImageRecord => {
    const id = `image_${String(image).padStart(5, '0')}`
    return { id, path: join(root, 'jpg', `${id}.jpg`), label: labels[image - 1] - 1 }
  }

  const records: Record<string, ImageRecord[]> = {}
  for (const [name, variables] of Object.entries(SPLITS)) {
    const images = variables.flatMap((variable) => matVariable(setsPath, sets, variable))
    const unknown = images.find((image) => labels[image - 1] === undefined)
    if (unknown !== undefined) {
      const expected = `image numbers from 1 to ${labels.length}, as imagelabels.mat has labels`
      throw new DataError(setsPath, { expected, received: String(unknown), remedy: 'Fetch the official files.' })
    }
    records[name] = images.map(record)
  }

  return { classes: FLOWERS102_CLASSES, records }
}

const ADDRESS = 'https://www.robots.ox.ac.uk/~vgg/data/flowers/102'

/** `imagelabels.mat`, `setid.mat` and `jpg/image_00001.jpg` …. */
export const flowers102 = defineDataset({
  name: 'flowers102',
  title: 'Oxford Flowers 102',
  licence: 'The authors state no licence; the photographs belong to their owners. Research use.',
  citation: 'M-E. Nilsback, A. Zisserman. Automated flower classification over a large number of classes. ICVGIP 2008.',
  published: { classes: 102, images: { train: 1020, val: 1020, trainval: 2040, test: 6149 } },
  images: 8189,
  source: {
    mostFiles: 9000,
    files: [
      {
        name: 'imagelabels.mat',
        urls: [`${ADDRESS}/imagelabels.mat`],
        bytes: 502,
        sha256: '4903e94206bac23bf772aadf06451916df56b58fc483a62db32a97b82656651d',
      },
      {
        name: 'setid.mat',
        urls: [`${ADDRESS}/setid.mat`],
        bytes: 14989,
        sha256: '46b8678f91fd95d3c8f4feab80d271a6c834a1dd896fe29fd3e6ad9ce5c8dccd',
      },
      {
        name: '102flowers.tgz',
        urls: [`${ADDRESS}/102flowers.tgz`],
        bytes: 344862509,
        sha256: '2d01ecc807db462958cfe3d92f57a8c252b4abd240eb955770201e45f783b246',
        within: '',
      },
    ],
  },
  read,
})
