import { Prng } from '@dml-crc/core'
import { type EngineName, loadEngine } from '@dml-crc/engine'
import { describe, expect, it } from 'vitest'
import { matrix } from '../testdata/references.ts'
import { retrieval } from './retrieval.ts'

const prng = Prng.fromSeed(4)
const rows = Array.from({ length: 30 }, () => [prng.normal()])
const labels = rows.map(() => prng.int(4))

/** By sorting the others of each sample. */
function byDefinition(k: number) {
  const count = labels.map((label) => labels.filter((other) => other === label).length - 1)
  let first = 0
  let average = 0
  rows.forEach(([x], i) => {
    const order = [...rows.keys()].filter((j) => j !== i).sort((a, b) => (x - rows[a][0]) ** 2 - (x - rows[b][0]) ** 2)
    if (order.slice(0, k).some((j) => labels[j] === labels[i])) first++
    let own = 0
    order.slice(0, count[i]).forEach((j, rank) => {
      if (labels[j] === labels[i]) average += ++own / (rank + 1) / count[i]
    })
  })
  return { recall: first / rows.length, mapAtR: average / rows.length }
}

describe('retrieval', () => {
  it.for<EngineName>(['cpu', 'wasm'])('agrees with its definition on %s', async (engine) => {
    await loadEngine({ prefer: engine })
    const expected = byDefinition(2)
    const { recall, mapAtR } = await retrieval(matrix(rows), labels, { recallAt: [2] })
    expect(recall.get(2)).toBeCloseTo(expected.recall, 6)
    expect(mapAtR).toBeCloseTo(expected.mapAtR, 6)
  })

  it('is refused where no class has two samples', async () => {
    await expect(retrieval(matrix(rows), [...rows.keys()])).rejects.toThrow(/two or more samples/)
  })
})
