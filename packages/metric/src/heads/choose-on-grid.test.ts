import { describe, expect, it } from 'vitest'
import { chooseOnGrid } from './choose-on-grid.ts'

const judgeBy = (accuracy: (value: number) => number) => {
  const seen: number[] = []
  const judge = async (value: number) => {
    seen.push(value)
    return accuracy(value)
  }
  return { seen, judge }
}

describe('chooseOnGrid', () => {
  const peakAt = (peak: number) => (value: number) => -Math.abs(Math.log(value / peak))

  it.each([100, 1, 1e-3])(
    'goes beyond an edge until the best value, %s, has neighbours on both sides',
    async (peak) => {
      const { judge } = judgeBy(peakAt(peak))
      const choice = await chooseOnGrid({ start: [0.1, 1, 10], limits: [1e-6, 1e6], ties: 'largest' }, judge)
      expect(choice.value / peak).toBeCloseTo(1, 9)
      expect(choice.atLimit).toBe(false)
      const values = choice.tried.map(({ value }) => value)
      expect(values).toEqual(values.toSorted((a, b) => a - b))
      expect(values.at(-1)! / peak).toBeGreaterThan(9)
      expect(values[0] / peak).toBeLessThan(0.11)
    },
  )

  it('says when a limit ends the search, and tries nothing twice', async () => {
    const { judge, seen } = judgeBy(peakAt(1e9))
    const choice = await chooseOnGrid({ start: [0.1, 1], limits: [1e-2, 100], ties: 'largest' }, judge)
    expect(choice).toMatchObject({ atLimit: true })
    expect(choice.value).toBeCloseTo(100, 6)
    expect(new Set(seen).size).toBe(seen.length)
  })

  it('takes of equals the one that it is told to', async () => {
    const flat = judgeBy((value) => (value > 0.5 && value < 50 ? 1 : 0)).judge
    const grid = { start: [0.1, 1, 10, 100], limits: [1e-3, 1e3] } as const
    expect((await chooseOnGrid({ ...grid, ties: 'smallest' }, flat)).value).toBe(1)
    expect((await chooseOnGrid({ ...grid, ties: 'largest' }, flat)).value).toBe(10)
  })

  it('refuses a grid that it cannot extend', async () => {
    const { judge } = judgeBy(() => 0)
    for (const start of [[1], [2, 1], [0, 1], [1, 1e4]]) {
      await expect(chooseOnGrid({ start, limits: [1e-3, 1e3], ties: 'largest' }, judge)).rejects.toThrow(
        /expected two or/,
      )
    }
  })
})
