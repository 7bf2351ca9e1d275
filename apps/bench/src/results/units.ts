import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { readJson, unreadable, writeJsonAtomic } from '@dml-crc/core'
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
  return namesIn(path).map((file) =>
    readJson(join(path, FOLDER, file), Unit, 'a row of a run', 'Remove this file and run with --resume.'),
  )
}

/** The files of the units, in the order of their numbers. */
function namesIn(path: string): string[] {
  const folder = join(path, FOLDER)
  if (!existsSync(folder)) return []
  try {
    const names = readdirSync(folder).filter((file) => /^\d+\.json$/.test(file))
    return names.sort((a, b) => numberOf(a) - numberOf(b))
  } catch (error) {
    throw unreadable(folder, 'the folder of the rows of a run', error)
  }
}

const numberOf = (file: string) => Number.parseInt(file, 10)

/** Writes the unit that comes after all others and gives it as it will be read: the same in every process. */
export async function writeUnit(path: string, given: Unit): Promise<Unit> {
  const unit = Unit.parse(given)
  // One before the last may have been removed: the number of the units is not that of the next.
  const last = namesIn(path).at(-1)
  const number = last === undefined ? 0 : numberOf(last) + 1
  await writeJsonAtomic(join(path, FOLDER, `${String(number).padStart(4, '0')}.json`), unit)
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
