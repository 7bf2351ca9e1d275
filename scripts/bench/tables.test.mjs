import { expect, it } from 'vitest'
import { casesTable, duration, exponent, growthTable, targetsTable } from './tables.mjs'

const seconds = (median) => ({ median, low: median, high: median, count: 1 })
const side = (name, median) => ({ name, library: `${name} 1`, seconds: seconds(median), peakBytes: 2e9, classify: 1 })

it('finds the exponent of a power of any factor', () => {
  for (const p of [0, 0.5, 1, 2.25]) {
    expect(exponent([1, 3, 8, 100].map((x) => ({ x, y: 7 * x ** p })))).toBeCloseTo(p, 10)
  }
})

it('gives durations in the unit that suits them', () => {
  expect([0.0123, 0.5, 2, 130].map(duration)).toEqual(['12.3 ms', '500 ms', '2.00 s', '130 s'])
})

it('says of each target whether it is met, in either direction, and when there was no peer', () => {
  const target = (value, bound) => ({ what: 'x', value, ...bound })
  const bounds = [
    target(1.3, { atLeast: 1.2 }),
    target(1.1, { atLeast: 1.2 }),
    target(3, { atMost: 2 }),
    target(1, { atMost: 2 }),
  ]
  const rows = [{ label: 'a', targets: [...bounds, { what: 'x', atLeast: 1 }] }]
  const lines = targetsTable([{ title: 't', rows }])
    .split('\n')
    .slice(2)
  expect(lines.map((line) => line.split('|')[5].trim())).toEqual([
    'met',
    '**not met**',
    '**not met**',
    'met',
    'no peer',
  ])
})

it('compares every side with the first, and names the peers that were absent', () => {
  const rows = [
    { label: 'a', sides: [side('here', 2), side('peer', 3)], absent: [{ name: 'other', reason: 'no module' }] },
  ]
  const text = casesTable([{ title: 't', rows }])
  expect(text).toMatch(/peer .*\| 1\.50 × \|/)
  expect(text).toMatch(/other .*absent: no module/)
})

it('fits the series of one quantity, which may be an option', () => {
  const rows = [64, 128, 256].map((rank) => ({
    label: 'a',
    size: { options: { rank } },
    sides: [side('here', rank ** 2)],
  }))
  const cells = growthTable([{ title: 't', along: 'rank', rows }])
    .split('\n')[2]
    .split('|')
  expect([cells[3], cells[5]].map((cell) => cell.trim())).toEqual(['64, 128, 256', '2.00'])
})
