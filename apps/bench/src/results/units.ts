import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, writeJsonAtomic } from '@dml-crc/core'
import { z } from 'zod'
import { Details, emptyDetails, Figures } from './details.ts'
import { type Results, Row } from './schema.ts'

/**
 * What a run keeps or loses as one: a row with its predictions and figures, or a sweep. Each is one file below `units/`,
 * written at once, so that no moment of a kill can part a row from what belongs to it.
 */
export const Unit = z.object({
  /** What it was asked for by; a resumed run looks for it. */
  key: z.string(),
  row: z.object({ row: Row, predicted: z.array(z.number().int()), figures: Figures }).optional(),
  sweep: Details.shape.sweeps.element.optional(),
})

export type Unit = z.infer<typeof Unit>

const FOLDER = 'units'

/** The units of the run in a folder, in the order in which they were measured; none where it has no folder of them. */
export function readUnits(path: string): Unit[] {
  const folder = join(path, FOLDER)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => /^\d+\.json$/.test(file))
    .sort()
    .map((file) => readJson(join(folder, file), Unit, 'a row of a run', 'Remove this file and run with --resume.'))
}

/** Writes the unit that comes after `count` others and gives it as it will be read: the same in every process. */
export async function writeUnit(path: string, count: number, given: Unit): Promise<Unit> {
  const unit = Unit.parse(given)
  await writeJsonAtomic(join(path, FOLDER, `${String(count).padStart(4, '0')}.json`), unit)
  return unit
}

/** What identifies a row of a run: everything that is not measured. */
export const rowKey = ({ backbone, layer, regime, method, entry, seed }: Row): string =>
  [backbone, layer, regime, method, entry, `seed ${seed}`].filter((part) => part !== undefined).join(' · ')

/** The results that the units make. */
export function resultsOf(header: Omit<Results, 'rows'>, units: readonly Unit[]): Results {
  return { ...header, rows: units.flatMap(({ row }) => (row ? [row.row] : [])) }
}

/** The details that the units make. */
export function detailsOf(images: Pick<Details, 'classes' | 'test'>, units: readonly Unit[]): Details {
  const details = emptyDetails(images)
  for (const { row, sweep } of units) {
    if (sweep) details.sweeps.push(sweep)
    if (!row) continue
    details.predictions[rowKey(row.row)] = row.predicted
    for (const kind of Object.keys(Figures.shape) as (keyof Figures)[]) {
      ;(details[kind] as unknown[]).push(...row.figures[kind])
    }
  }
  return details
}
