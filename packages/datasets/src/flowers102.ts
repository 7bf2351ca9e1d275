import { join } from 'node:path'
import { DataError, type HostTensor, readMat } from '@dml-crc/core'
import { type ImageDataset, type ImageRecord, imageDataset } from './dataset.ts'
import { FLOWERS102_CLASSES } from './flowers102-classes.ts'
import { TERMS } from './terms.ts'

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

/**
 * Oxford Flowers 102 in its official layout: `imagelabels.mat`, `setid.mat` and `jpg/image_00001.jpg` ….
 * Splits: train 1020, val 1020, test 6149, trainval 2040.
 * Source: Nilsback & Zisserman, "Automated flower classification over a large number of classes", ICVGIP 2008.
 * @throws {DataError} when a list is missing, damaged or names labels past the 102 classes.
 */
export async function flowers102(root: string): Promise<ImageDataset> {
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

  return imageDataset({
    name: 'flowers102',
    root,
    classes: FLOWERS102_CLASSES,
    records,
    published: { classes: 102, images: { train: 1020, val: 1020, trainval: 2040, test: 6149 } },
    licence: TERMS.flowers102.licence,
    citation: TERMS.flowers102.citation,
  })
}
