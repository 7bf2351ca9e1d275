import { Prng } from '@dml-crc/core'
import { describe, expect, it } from 'vitest'
import { hostInverse } from '../coding/ridge-code.ts'
import { fitDmlCrc } from '../methods/metric-learning/dml-crc.ts'
import { ncm } from '../methods/nearest/ncm.ts'
import { crc } from '../methods/representation/crc.ts'
import { nrc } from '../methods/representation/nrc.ts'
import { proCrc } from '../methods/representation/pro-crc.ts'
import { type Matrix, takeRows } from '../samples/matrix.ts'
import { onCpuWithoutLeaks } from '../testdata/references.ts'
import type { CollaborativeModel } from './model.ts'
import { embed, predict } from './predict.ts'
import { add, remove } from './update.ts'

onCpuWithoutLeaks()

const WIDTH = 10

/** Samples of a class, around a point of its own. */
function samplesOf(label: number, count: number, prng: Prng): Matrix {
  const centre = Prng.fromSeed(100 + label).normals(WIDTH)
  const data = prng.normals(count * WIDTH).map((value, i) => centre[i % WIDTH] + 0.5 * value)
  return { data, shape: [count, WIDTH] }
}

const join = (parts: readonly Matrix[]): Matrix => ({
  data: Float32Array.from(parts.flatMap(({ data }) => [...data])),
  shape: [parts.reduce((sum, { shape }) => sum + shape[0], 0), WIDTH],
})

/** The model with its inverse computed anew from all samples that it has. */
async function refitted(model: CollaborativeModel): Promise<CollaborativeModel> {
  const { decision } = model
  const { code, dictionary, gamma } = decision
  if (!('inverse' in code)) return model
  const lambda = code.kind === 'ridge' ? code.lambda : code.mu / 2
  return {
    ...model,
    decision: { ...decision, code: { ...code, inverse: await hostInverse(dictionary, lambda, gamma) } },
  }
}

async function expectSamePredictions(a: CollaborativeModel, b: CollaborativeModel, queries: Matrix): Promise<void> {
  const [one, other] = [await predict(a, queries), await predict(b, queries)]
  const size = Math.max(...other.scores.data.map(Math.abs))
  expect(one.scores.shape).toEqual(other.scores.shape)
  one.scores.data.forEach((score, i) => {
    expect(Math.abs(score - other.scores.data[i])).toBeLessThan(1e-4 * size)
  })
}

describe('samples that come and go', () => {
  it.each([
    [1, 0],
    [2, 0],
    [3, 1.5],
    [4, 1.5],
  ])('any sequence of add and remove is a fit on what is left, seed %i, kernel %d', async (seed, gamma) => {
    const prng = Prng.fromSeed(seed)
    const own = prng.split('samples')
    // Few samples at first: the dual inverse; then more than the width, and fewer again.
    const classes = [0, 1]
    let rows: { label: number; row: Matrix }[] = classes.flatMap((label) =>
      Array.from({ length: 3 }, () => ({ label, row: samplesOf(label, 1, own) })),
    )
    const all = () => join(rows.map(({ row }) => row))
    const model = await fitDmlCrc(
      all(),
      rows.map(({ label }) => label),
      { shrinkage: 2, between: 0.25, gamma, lambda: 0.3 },
    )
    let now: CollaborativeModel = { ...model, classNames: ['a', 'b'] }
    for (let turn = 0; turn < 12; turn++) {
      const names = now.classNames!
      const isFull = turn > 5
      if (prng.chance(isFull ? 0.3 : 0.8)) {
        const isNew = prng.chance(0.5)
        const label = isNew ? names.length : prng.int(names.length)
        const count = 1 + prng.int(4)
        const more = samplesOf(label + 10 * turn, count, own)
        now = await add(now, more, new Array(count).fill(label), isNew ? { classNames: [`turn ${turn}`] } : {})
        rows = [...rows, ...Array.from({ length: count }, (_, i) => ({ label, row: takeRows(more, [i]) }))]
      } else {
        const gone = prng.shuffle(rows.keys()).slice(0, 1 + prng.int(4))
        const left = rows.filter((_, i) => !gone.includes(i))
        const kept = [...new Set(left.map(({ label }) => label))].sort((a, b) => a - b)
        if (kept.length < 2) continue
        now = await remove(now, gone)
        expect(now.classNames).toEqual(kept.map((label) => names[label]))
        rows = left.map(({ label, row }) => ({ label: kept.indexOf(label), row }))
      }
      expect([...now.decision.labels]).toEqual(rows.map(({ label }) => label))
      expect([...now.decision.dictionary.data]).toEqual([...(await embed(model, all())).data])
      await expectSamePredictions(now, await refitted(now), samplesOf(1, 5, own))
    }
  })

  it.each([
    ['ProCRC', proCrc.make()],
    ['NRC', nrc.make()],
    ['CRC', crc.make({ lambda: 0.1 })],
  ])('%s is what a fit on all samples is', async (_, classifier) => {
    const prng = Prng.fromSeed(9)
    const parts = [0, 1, 2].map((label) => samplesOf(label, 6, prng))
    const labels = [0, 1, 2].flatMap((label) => new Array(6).fill(label))
    const whole = (await classifier.fit(join(parts), labels)) as CollaborativeModel
    const first = await classifier.fit(join(parts.slice(0, 2)), labels.slice(0, 12))
    await expectSamePredictions(await add(first, parts[2], [2, 2, 2, 2, 2, 2]), whole, samplesOf(2, 4, prng))
  })

  it('refuses what does not fit', async () => {
    const prng = Prng.fromSeed(2)
    const features = join([samplesOf(0, 3, prng), samplesOf(1, 3, prng)])
    const model = await crc.make().fit(features, [0, 0, 0, 1, 1, 1], { classNames: ['a', 'b'] })
    const one = samplesOf(0, 1, prng)
    await expect(add(model, one, [3])).rejects.toThrow(/no class left out, received no sample of class 2/)
    await expect(add(model, one, [2])).rejects.toThrow(/names of the 1 new classes, received 0/)
    await expect(add(model, { data: new Float32Array(2), shape: [1, 2] }, [0])).rejects.toThrow(/rows of 10 numbers/)
    await expect(remove(model, [6])).rejects.toThrow(/numbers from 0 to 5.*received 6/)
    await expect(remove(model, [0, 1, 2])).rejects.toThrow(/two classes left, received samples of 1 left/)
    const means = await ncm.make().fit(features, [0, 0, 0, 1, 1, 1])
    await expect(add(means, one, [0])).rejects.toThrow(/a model of the CRC family/)
  })
})
