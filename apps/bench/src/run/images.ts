import { DataError, homeFolder, InputError, type OnProgress } from '@dml-crc/core'
import { demoFolder, drawDemo, type ImageDataset, type ImageRecord, openDataset } from '@dml-crc/datasets'
import type { Experiment } from '../experiment/schema.ts'
import { foldsOf } from '../experiment/splits.ts'

/** The images of a run. */
export interface Images {
  dataset: ImageDataset
  fit: readonly ImageRecord[]
  test: readonly ImageRecord[]
}

/** Where a data set lies that no place is given for: the folder of downloads. */
export const setFolder = ({ name, perClass }: Pick<Experiment['dataset'], 'name' | 'perClass'>): string =>
  name === 'demo' ? demoFolder({ perClass }) : homeFolder('datasets', name)

/**
 * Opens the data set of an experiment and both of its splits; the demo set is drawn first where it is not there yet.
 * @throws InputError for an unknown split, or splits with images in common; DataError for a set that is not whole
 */
export async function openImages(
  { dataset: { name, root: given, perClass, ...folder }, splits }: Experiment,
  onProgress: OnProgress,
): Promise<Images> {
  if (splits.fit === splits.test) {
    throw new InputError('Splits of the experiment', {
      expected: 'a test split that nothing is fitted on',
      received: `«${splits.test}» for both`,
      remedy: 'Give different splits with --fit and --test.',
    })
  }
  const root = given ?? setFolder({ name, perClass })
  if (name === 'demo') await drawDemo(root, { perClass, onProgress })
  const dataset = await openDataset(name, root, folder)
  if (foldsOf(splits) !== undefined) {
    const fit = await open(dataset, splits, 'fit')
    return { dataset, fit, test: fit }
  }
  const images = { dataset, fit: await open(dataset, splits, 'fit'), test: await open(dataset, splits, 'test') }
  checkDisjoint(images, splits)
  return images
}

/** @throws InputError where an image to test on is also one to fit on */
function checkDisjoint({ fit, test }: Images, splits: Experiment['splits']): void {
  const fitted = new Set(fit.map(({ id }) => id))
  const shared = test.filter(({ id }) => fitted.has(id))
  if (shared.length === 0) return
  throw new InputError('Splits of the experiment', {
    expected: 'test images that nothing is fitted on',
    received: `${shared.length} images of «${splits.test}» that are in «${splits.fit}» too, ${shared[0].id} among them`,
    remedy: 'Give splits without images in common with --fit and --test.',
  })
}

/**
 * What there is of a published set, where it is not all: `10 of 200 classes, 300 of 5994 images of train`. Accuracies on a
 * part are not those of the set.
 */
export function partOf({ dataset, fit, test }: Images, splits: Experiment['splits']): string | undefined {
  const { published } = dataset
  if (!published) return undefined
  const classes = new Set([...fit, ...test].map(({ label }) => label)).size
  const counts: [number, number, string][] = [
    [classes, published.classes, 'classes'],
    [fit.length, published.images[splits.fit], `images of ${splits.fit}`],
    [test.length, published.images[splits.test], `images of ${splits.test}`],
  ]
  const missing = counts.filter(([here, all]) => here < all)
  return missing.length === 0 ? undefined : missing.map(([here, all, what]) => `${here} of ${all} ${what}`).join(', ')
}

/** The splits of a set that together are a larger one, such as train and val of trainval; none where it is not put together. */
export async function partsOf(
  dataset: ImageDataset,
  records: readonly ImageRecord[],
): Promise<(readonly ImageRecord[])[]> {
  const left = new Set(records.map(({ id }) => id))
  const parts: (readonly ImageRecord[])[] = []
  for (const name of dataset.splits) {
    const part = await presentIn(dataset, name)
    if (part.length === 0 || part.length === records.length || !part.every(({ id }) => left.has(id))) continue
    for (const { id } of part) left.delete(id)
    parts.push(part)
  }
  return left.size === 0 ? parts : []
}

/** The images of a split, or none where some are not on disk. */
async function presentIn(dataset: ImageDataset, split: string): Promise<readonly ImageRecord[]> {
  try {
    return await dataset.split(split)
  } catch (error) {
    if (error instanceof DataError) return []
    throw error
  }
}

/**
 * The names of the classes up to the last one that there is an image to fit on of: in a part of a set the last classes may
 * have none, and a model knows nothing of them.
 */
export function fittedClasses({ dataset, fit }: Pick<Images, 'dataset' | 'fit'>): string[] {
  return dataset.classes.slice(
    0,
    fit.reduce((most, { label }) => Math.max(most, label + 1), 0),
  )
}

/** A split of the set; where its images are not here, the error says which other splits are. */
async function open(dataset: ImageDataset, splits: Experiment['splits'], part: 'fit' | 'test') {
  try {
    return await dataset.split(splits[part])
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    const other = part === 'fit' ? splits.test : splits.fit
    const taken = new Set((await presentIn(dataset, other)).map(({ id }) => id))
    const whole: string[] = []
    for (const name of dataset.splits) {
      const records = await presentIn(dataset, name)
      if (records.length > 0 && !records.some(({ id }) => taken.has(id))) whole.push(name)
    }
    if (whole.length === 0) throw error
    const flags = part === 'fit' ? `--fit ${whole[0]} --test ${other}` : `--fit ${other} --test ${whole[0]}`
    throw new DataError(
      `the ${splits[part]} split of ${dataset.name} in ${dataset.root}`,
      {
        expected: error.expected,
        received: error.received,
        remedy: `Fetch the rest of ${dataset.name}, or use what is here: ${flags}.`,
      },
      { cause: error },
    )
  }
}
