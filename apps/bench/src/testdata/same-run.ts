import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'

/** All that a run measured, without how long it took and how much memory: the rows with their predictions and figures. */
export function unitsOf(run: string): unknown[] {
  const folder = join(run, 'units')
  return readdirSync(folder)
    .sort()
    .map((file) => {
      const unit = JSON.parse(readFileSync(join(folder, file), 'utf8'))
      if (!unit.row) return unit
      const { seconds: _, peakRssMb: __, ...row } = unit.row.row
      return { ...unit, row: { ...unit.row, row } }
    })
}

const EVERYTHING = /^(details\.json|config\.json|model\/.*|checkpoints\/.*)$/

/** Two runs of one experiment are the same bit for bit: rows, predictions, figures, weights and the model. */
export function expectSameRun(run: string, reference: string): void {
  const files = (folder: string) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(folder.length + 1))
      // Those for TensorBoard are named after the time, and stay where the task was done.
      .filter((name) => !name.startsWith('events/'))
      .sort()
  expect(files(run)).toEqual(files(reference))
  expect(unitsOf(run)).toEqual(unitsOf(reference))
  for (const file of files(reference).filter((name) => EVERYTHING.test(name))) {
    expect({ file, same: readFileSync(join(run, file)).equals(readFileSync(join(reference, file))) }).toEqual({
      file,
      same: true,
    })
  }
}
