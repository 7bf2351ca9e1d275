import type { Column } from '../command-line/table.ts'
import type { Row } from '../results/schema.ts'
import { percent, summarise } from '../results/summary.ts'

const placeOf = ({ dataset, backbone }: Row) => `${dataset} ${backbone}`
const placesOf = (rows: readonly Row[]) => [...new Set(rows.map(placeOf))]

/** A column for every set and network, and their mean. */
export const headColumns = (rows: readonly Row[]): Column[] => [
  { heading: 'method' },
  ...placesOf(rows).map((heading): Column => ({ heading, align: 'right' })),
  { heading: 'mean', align: 'right' },
]

/** A line for every method: top-1 in percent, mean and deviation over the seeds; the best of a column is marked. */
export function headCells(rows: readonly Row[]): string[][] {
  const places = placesOf(rows)
  const summaries = summarise(rows)
  const best = new Map(
    places.map((place) => {
      const here = summaries.filter(({ first }) => placeOf(first) === place)
      return [place, Math.max(...here.map(({ top1 }) => top1.mean))]
    }),
  )
  return [...new Set(rows.map(({ method }) => method))].map((method) => {
    const own = places.map((place) =>
      summaries.find(({ first }) => first.method === method && placeOf(first) === place),
    )
    const known = own.filter((summary) => summary !== undefined)
    const mean = known.reduce((sum, { top1 }) => sum + top1.mean, 0) / known.length
    return [
      method,
      ...own.map((summary, i) => {
        if (!summary) return ''
        return `${percent(summary.top1)}${summary.top1.mean === best.get(places[i]) ? '*' : ''}`
      }),
      known.length === places.length ? percent({ mean }) : '',
    ]
  })
}
