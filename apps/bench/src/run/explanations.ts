import type { ImageDataset, ImageRecord } from '@dml-crc/datasets'
import { cholesky, choleskySolve } from '@dml-crc/engine'
import type { FittedMetric, Matrix } from '@dml-crc/metric'
import * as tf from '@tensorflow/tfjs'
import sharp from 'sharp'
import type { Explanation, Picture } from '../results/details.ts'

/**
 * The codes [B, N] of queries over the dictionary in the learned metric: α = D̂(D̂ᵀD̂ + λI)⁻¹q̂, the form of CRC's code that
 * needs a factorisation of r × r only.
 */
export async function codesInMetric(metric: FittedMetric, queries: Matrix): Promise<Matrix> {
  const dictionary = await metric.embed(metric.dictionary)
  const mapped = await metric.embed(queries)
  const codes = tf.tidy(() => {
    const d = tf.tensor2d(dictionary.data, dictionary.shape as [number, number])
    const q = tf.tensor2d(mapped.data, mapped.shape as [number, number])
    const gram = tf.add(tf.matMul(d, d, true), tf.mul(metric.lambda, tf.eye(d.shape[1])))
    return tf.matMul(d, choleskySolve(cholesky(gram), tf.transpose(q)) as tf.Tensor2D)
  })
  const [rows, columns] = codes.shape
  const byRow = tf.transpose(codes)
  const data = (await byRow.data()) as Float32Array
  tf.dispose([codes, byRow])
  return { data, shape: [columns, rows] }
}

interface Explained {
  metric: FittedMetric
  queries: Matrix
  predicted: Int32Array
  images: { dataset: ImageDataset; fit: readonly ImageRecord[]; test: readonly ImageRecord[] }
  title: string
}

const SUPPORT = 6

/** The first `each` rightly and wrongly classified test images, with the training images of the largest codes. */
export async function explainSome(
  { metric, queries, predicted, images, title }: Explained,
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
  const codes = await codesInMetric(metric, { data: rows, shape: [shown.length, width] })
  return Promise.all(
    shown.map(async (i, k) => {
      const code = codes.data.subarray(k * fit.length, (k + 1) * fit.length)
      const strongest = Array.from(code.keys())
        .sort((a, b) => Math.abs(code[b]) - Math.abs(code[a]))
        .slice(0, SUPPORT)
      return {
        title,
        query: await thumbnail(test[i]),
        truth: dataset.classes[test[i].label],
        predicted: dataset.classes[predicted[i]],
        right: isRight(i),
        support: await Promise.all(
          strongest.map(async (j) => ({
            ...(await thumbnail(fit[j])),
            className: dataset.classes[fit[j].label],
            code: Number(code[j].toPrecision(4)),
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
