import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { ImageRecord } from '@dml-crc/datasets'
import sharp from 'sharp'

/** Longest side of an example, in pixels. */
const SIDE = 480

/**
 * Writes photographs that visitors can try: one of each class in turn, as many as there are.
 * @param records none of which the model was fitted on
 * @returns their names in the folder
 */
export async function writeExamples(folder: string, records: readonly ImageRecord[], count: number): Promise<string[]> {
  const seen = new Map<number, number>()
  const turns = records.map((record) => {
    const turn = seen.get(record.label) ?? 0
    seen.set(record.label, turn + 1)
    return { record, turn }
  })
  const chosen = turns.sort((a, b) => a.turn - b.turn).slice(0, count)
  if (chosen.length > 0) await mkdir(folder, { recursive: true })
  return Promise.all(
    chosen.map(async ({ record: { path } }, i) => {
      const name = `${i}.webp`
      const picture = sharp(path).rotate().resize(SIDE, SIDE, { fit: 'inside', withoutEnlargement: true })
      await picture.webp({ quality: 85 }).toFile(join(folder, name))
      return name
    }),
  )
}
