import type { ImageDataset, ImageRecord } from '@dml-crc/datasets'
import { explain, type Matrix, type Model } from '@dml-crc/metric'
import sharp from 'sharp'
import type { Explanation, Picture } from '../results/details.ts'

interface Explained {
  model: Model
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
  const explained = await explain(model, { data: rows, shape: [shown.length, width] }, { top: SUPPORT })
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
      }
    }),
  )
}

async function thumbnail({ id, path }: ImageRecord): Promise<Picture> {
  const bytes = await sharp(path).rotate().resize(112, 112, { fit: 'cover' }).jpeg({ quality: 70 }).toBuffer()
  return { id, image: `data:image/jpeg;base64,${bytes.toString('base64')}` }
}
