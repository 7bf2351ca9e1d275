import type { ImageDataset, ImageRecord } from '@dml-crc/datasets'
import { type CollaborativeModel, embed, explain, type Matrix } from '@dml-crc/metric'
import sharp from 'sharp'
import type { ConfusedPair, Explanation, Picture } from '../results/details.ts'

interface Explained {
  model: CollaborativeModel
  queries: Matrix
  predicted: Int32Array
  images: { dataset: ImageDataset; fit: readonly ImageRecord[]; test: readonly ImageRecord[] }
  title: string
}

const SUPPORT = 6

/** The first `each` rightly and wrongly classified test images, with the training images of the largest codes. */
export async function explainSome(
  { model, queries, predicted, images, title }: Explained,
  each = 3,
): Promise<Explanation[]> {
  const { test, fit, dataset } = images
  const places = test.map((_, i) => i)
  const isRight = (i: number) => predicted[i] === test[i].label
  // Spread over the split, so that they are not all of one class.
  const spread = (all: number[]) =>
    all.filter((_, k) => k % Math.max(1, Math.floor(all.length / each)) === 0).slice(0, each)
  const shown = [...spread(places.filter((i) => !isRight(i))), ...spread(places.filter(isRight))]
  const width = queries.shape[1]
  const rows = new Float32Array(shown.length * width)
  for (const [k, i] of shown.entries()) rows.set(queries.data.subarray(i * width, (i + 1) * width), k * width)
  const asked: Matrix = { data: rows, shape: [shown.length, width] }
  const explained = await explain(model, asked, { top: SUPPORT })
  const truth = shown.map((i) => test[i].label)
  const near = nearestOfClass(model, await embed(model, asked), truth)
  return Promise.all(
    shown.map(async (i, k) => {
      return {
        title,
        query: await thumbnail(test[i]),
        truth: dataset.classes[test[i].label],
        predicted: dataset.classes[predicted[i]],
        right: isRight(i),
        support: await Promise.all(
          explained[k].samples.map(async ({ index, label, code }) => ({
            ...(await thumbnail(fit[index])),
            className: dataset.classes[label],
            code: Number(code.toPrecision(4)),
          })),
        ),
        shares: sharesOf(explained[k].share, test[i].label, dataset.classes),
        nearest: isRight(i) ? [] : await Promise.all(near[k].map((place) => thumbnail(fit[place]))),
      }
    }),
  )
}

const SHARES = 4

/** The classes of the largest shares of a code, largest first, and the true one wherever it stands. */
function sharesOf(share: Float32Array, truth: number, classes: readonly string[]): Explanation['shares'] {
  const order = Array.from(share.keys()).sort((a, b) => share[b] - share[a])
  const shown = order.filter((label, rank) => rank < SHARES || label === truth)
  return shown.map((label) => ({ className: classes[label], share: Number(share[label].toPrecision(4)) }))
}

const NEAREST = 3

/** For each embedded query the training images of its true class that are nearest to it, nearest first. */
function nearestOfClass(model: CollaborativeModel, queries: Matrix, truth: readonly number[]): number[][] {
  const { dictionary, labels } = model.decision
  const width = dictionary.shape[1]
  return truth.map((label, k) => {
    const query = queries.data.subarray(k * width, (k + 1) * width)
    const distance = (place: number) =>
      query.reduce((sum, value, j) => sum + (value - dictionary.data[place * width + j]) ** 2, 0)
    const own = Array.from(labels.keys()).filter((place) => labels[place] === label)
    const ranked = own.map((place) => ({ place, distance: distance(place) })).sort((a, b) => a.distance - b.distance)
    return ranked.slice(0, NEAREST).map(({ place }) => place)
  })
}

const PAIRS = 6

/** The classes that are confused most often, with a test image that was and a training image of each of the two classes. */
export async function confusedPairs(
  predicted: Int32Array,
  { test, fit, dataset: { classes } }: Explained['images'],
): Promise<ConfusedPair[]> {
  const found = new Map<string, number[]>()
  for (const [i, { label }] of test.entries()) {
    if (predicted[i] === label) continue
    const key = `${label} ${predicted[i]}`
    found.set(key, [...(found.get(key) ?? []), i])
  }
  const most = [...found].sort(([, a], [, b]) => b.length - a.length).slice(0, PAIRS)
  return Promise.all(
    most.map(async ([key, places]) => {
      const [truth, guess] = key.split(' ').map(Number)
      const mistaken = test[places[0]]
      // Of images that are cross-validated it is in the fit split too.
      const example = (label: number) =>
        thumbnail(fit.find((record) => record.label === label && record.id !== mistaken.id) ?? mistaken)
      return {
        truth: classes[truth],
        predicted: classes[guess],
        count: places.length,
        mistaken: await thumbnail(mistaken),
        ofTruth: await example(truth),
        ofPredicted: await example(guess),
      }
    }),
  )
}

async function thumbnail({ id, path }: ImageRecord): Promise<Picture> {
  const bytes = await sharp(path).rotate().resize(112, 112, { fit: 'cover' }).jpeg({ quality: 70 }).toBuffer()
  return { id, image: `data:image/jpeg;base64,${bytes.toString('base64')}` }
}
