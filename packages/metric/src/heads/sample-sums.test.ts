import { InputError } from '@dml-crc/core'
import { Prng } from '@dml-crc/core/prng'
import { loadEngine } from '@dml-crc/engine'
import { beforeAll, describe, expect, it } from 'vitest'
import { lda } from '../methods/linear/lda.ts'
import { ridge } from '../methods/linear/ridge.ts'
import { ncm } from '../methods/nearest/ncm.ts'
import type { Model } from '../model/model.ts'
import { predict } from '../model/predict.ts'
import { type Matrix, takeRows } from '../samples/matrix.ts'
import { fitSums, type SumsMethod } from './fit-sums.ts'
import { mergeSums, type SampleSums, sampleSums } from './sample-sums.ts'

const [COUNT, WIDTH, CLASSES] = [120, 12, 6]
const prng = Prng.fromSeed(5)
const labels = Int32Array.from({ length: COUNT }, (_, i) => i % CLASSES)
const features: Matrix = {
  data: prng
    .normals(COUNT * WIDTH)
    .map((value, i) => value + 3 + (labels[Math.floor(i / WIDTH)] === i % WIDTH ? 2 : 0)),
  shape: [COUNT, WIDTH],
}
const options = { classes: CLASSES }

beforeAll(() => loadEngine({ prefer: 'cpu' }).then(() => {}))

/** Some of the samples. */
const sumsOf = (rows: readonly number[]) =>
  sampleSums(
    takeRows(features, rows),
    rows.map((row) => labels[row]),
    options,
  )

/** Parts of any sizes, each with samples of any classes. */
async function randomParts(seed: number, parts: number): Promise<SampleSums[]> {
  const draw = Prng.fromSeed(seed)
  const rows: number[][] = Array.from({ length: parts }, () => [])
  for (let row = 0; row < COUNT; row++) rows[Math.floor(draw.uniform() * parts)]!.push(row)
  return Promise.all(rows.filter(({ length }) => length > 0).map(sumsOf))
}

async function merged([first, ...rest]: readonly SampleSums[]): Promise<SampleSums> {
  let all = first!
  for (const part of rest) all = await mergeSums(all, part)
  return all
}

function expectClose(received: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-5) {
  let [scale, worst] = [0, 0]
  for (let i = 0; i < expected.length; i++) {
    scale = Math.max(scale, Math.abs(expected[i]!))
    worst = Math.max(worst, Math.abs(expected[i]! - received[i]!))
  }
  expect(received).toHaveLength(expected.length)
  expect(worst / scale).toBeLessThan(tolerance)
}

const numbersOf = ({ decision }: Model): Float32Array => {
  if (decision.kind === 'linear') return Float32Array.from([...decision.weights.data, ...decision.bias])
  if (decision.kind === 'prototypes') return decision.prototypes.data
  throw new Error(`a decision of kind ${decision.kind}`)
}

const cases: [SumsMethod, () => Promise<Model>][] = [
  [{ method: 'ridge', lambda: 0.5 }, () => ridge.make({ lambda: 0.5 }).fit(features, labels)],
  [{ method: 'lda', shrinkage: 0.3 }, () => lda.make({ shrinkage: 0.3, center: false }).fit(features, labels)],
  [{ method: 'ncm' }, () => ncm.make().fit(features, labels)],
]

describe('the sums of parts, merged, give the fit of the whole', () => {
  it.each(cases)('%o', async (how, whole) => {
    const expected = await whole()
    for (const [seed, parts] of [
      [1, 1],
      [2, 2],
      [3, 7],
      [4, 40],
    ] as const) {
      const model = await fitSums(await merged(await randomParts(seed, parts)), how)
      expectClose(numbersOf(model), numbersOf(expected))
      expect((await predict(model, features)).labels).toEqual((await predict(expected, features)).labels)
    }
  })
})

it('merging is commutative and associative to rounding', async () => {
  const [a, b, c] = await randomParts(9, 3)
  const left = await mergeSums(await mergeSums(a!, b!), c!)
  const right = await mergeSums(await mergeSums(c!, b!), a!)
  expect(right.counts).toEqual(left.counts)
  expectClose(right.means, left.means)
  expectClose(right.scatter, left.scatter)
})

it('refuses sums that are not of one set, classes without samples, and options outside their range', async () => {
  const sums = await sumsOf([...labels.keys()])
  const other = await sampleSums(features, labels, { classes: CLASSES + 1 })
  await expect(mergeSums(sums, other)).rejects.toThrow(InputError)
  await expect(fitSums(other, { method: 'ncm' })).rejects.toThrow(/class 6: expected samples of every class/)
  await expect(fitSums(sums, { method: 'ridge', lambda: 0 })).rejects.toThrow(/lambda/)
  await expect(fitSums(sums, { method: 'lda', shrinkage: 2 })).rejects.toThrow(/shrinkage/)
})
