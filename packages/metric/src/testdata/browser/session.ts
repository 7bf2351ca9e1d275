import { Prng } from '@dml-crc/core/prng'
import { add, dmlCrcGradient, explain, modelFromBytes, modelToBytes, predict } from '@dml-crc/metric'

/** Everything that a page does with a model: fit, save and load, predict, explain, teach a class. The same in Node. */
export async function session() {
  const prng = Prng.fromSeed(5)
  const width = 24
  const rows = (label: number, count: number) =>
    prng.normals(count * width).map((value, i) => Math.abs(value + (i % width === label ? 4 : 0)))
  const join = (parts: Float32Array[]) => {
    const data = Float32Array.from(parts.flatMap((part) => [...part]))
    return { data, shape: [data.length / width, width] as const }
  }
  const features = join([0, 1, 2].map((label) => rows(label, 8)))
  const labels = Array.from({ length: 24 }, (_, i) => Math.floor(i / 8))
  const queries = join([0, 1, 2, 3].map((label) => rows(label, 3)))

  const options = { steps: 5, rank: 8, meanWeight: 5, ridgeWeight: 5, unitLength: true }
  const fitted = await dmlCrcGradient.make(options).fit(features, labels, { classNames: ['a', 'b', 'c'] })
  const model = modelFromBytes(modelToBytes(fitted))
  const { scores } = await predict(model, queries)
  const [{ samples }] = await explain(model, queries, { top: 3 })
  const more = await add(model, join([rows(3, 5)]), [3, 3, 3, 3, 3], { classNames: ['d'] })
  const taught = await predict(more, queries)
  return {
    scores: Array.from(scores.data),
    codes: samples.map(({ code }) => code),
    taught: Array.from(taught.scores.data),
    names: Array.from(taught.labels, (label) => more.classNames?.[label]),
  }
}
