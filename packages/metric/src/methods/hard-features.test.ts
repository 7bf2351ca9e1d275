import { DmlCrcError, NumericalError } from '@dml-crc/core'
import { describe, expect, it } from 'vitest'
import { predict } from '../model/predict.ts'
import type { Matrix } from '../samples/matrix.ts'
import goldens from '../testdata/goldens.json' with { type: 'json' }
import { matrix, onCpuWithoutLeaks, PLAIN } from '../testdata/references.ts'
import { softmax } from './linear/softmax.ts'
import { methods } from './methods.ts'
import { wcrc } from './representation/wcrc.ts'

const { labels } = goldens
const QUICK = {
  dmlCrcGradient: { steps: 3, rank: 6 },
  dmlProCrc: { steps: 3, rank: 6 },
  ranPac: { width: 64 },
  linearSvm: { cost: 1 },
  nca: { steps: 3 },
  lmnn: { steps: 3 },
} as Record<string, object>

onCpuWithoutLeaks()

/** The scores, or the error. */
async function outcome(
  name: string,
  options: object,
  features: Matrix,
  queries: Matrix,
): Promise<Float32Array | unknown> {
  const method = methods.find((each) => each.name === name)!
  try {
    const model = await method.make({ ...QUICK[name], ...options }).fit(features, labels)
    return (await predict(model, queries)).scores.data
  } catch (error) {
    return error
  }
}

describe.each(methods.map(({ name }) => name))('%s', (name) => {
  it.each([
    ['of size 1e20 as they are', matrix(goldens.features, 1e20), matrix(goldens.queries, 1e20), PLAIN],
    ['that are all alike', matrix(goldens.features.map(() => goldens.features[0])), matrix(goldens.queries), {}],
    ['that are all zero', matrix(goldens.features, 0), matrix(goldens.queries, 0), {}],
  ])('gives finite scores or an error of its own for features %s', async (_, features, queries, options) => {
    const found = await outcome(name, options, features, queries)
    if (found instanceof Float32Array) expect(found.every(Number.isFinite)).toBe(true)
    else expect(found).toBeInstanceOf(DmlCrcError)
  })
})

it.each([{}, { signedSquareRoot: false }])('lengths that float32 cannot square change nothing: %o', async (options) => {
  const fit = (scale: number) =>
    outcome('ncm', options, matrix(goldens.features, scale), matrix(goldens.queries, scale))
  const [small, large] = (await Promise.all([fit(1), fit(1e25)])) as Float32Array[]
  for (const [i, value] of small.entries()) expect(large[i]).toBeCloseTo(value, 4)
})

it('softmax of numbers that overflow says so when it is fitted', async () => {
  const fit = softmax.make({ ...PLAIN, weightDecay: 1e-3 }).fit(matrix(goldens.features, 1e20), labels)
  await expect(fit).rejects.toThrow(NumericalError)
  await expect(fit).rejects.toThrow(/softmax: expected finite numbers, received NaN in decision.weights/)
})

it('WCRC of rows that are all alike is CRC: there is no variance to weigh columns by', async () => {
  const alike = matrix(goldens.features.map(() => goldens.features[0]))
  const model = await wcrc.make({}).fit(alike, labels)
  expect(model.embedding!.factor).toEqual(new Float32Array(8).fill(1))
  const { scores } = await predict(model, matrix(goldens.queries))
  expect(scores.data.every(Number.isFinite)).toBe(true)
})
