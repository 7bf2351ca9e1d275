import { readFile } from 'node:fs/promises'
import { DataError } from '@dml-crc/core'

/**
 * The lines of a text list, each split at its first run of blanks into at most `columns` fields. Comments (#) and
 * empty lines are left out.
 * @throws {DataError} when the file is missing, a line has fewer fields, or there is none.
 */
export async function readList(path: string, columns: number): Promise<string[][]> {
  const text = await readFile(path, 'utf8').catch((cause) => {
    const remedy = 'Check the path: it must be the folder that holds the official lists.'
    throw new DataError(path, { expected: 'a list', received: cause.code, remedy }, { cause })
  })
  const rows: string[][] = []
  for (const [number, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '' || line.startsWith('#')) continue
    const row = line.trim().split(/\s+/)
    if (row.length < columns) {
      const received = `'${line}' in line ${number + 1}`
      throw new DataError(path, {
        expected: `${columns} fields per line`,
        received,
        remedy: 'Fetch the official list.',
      })
    }
    rows.push(row)
  }
  if (rows.length === 0) {
    throw new DataError(path, {
      expected: 'a list',
      received: 'no line with fields',
      remedy: 'Fetch the official list.',
    })
  }
  return rows
}

/** The error of a list that contradicts another. */
export function contradiction(path: string, expected: string, received: string): DataError {
  return new DataError(path, { expected, received, remedy: 'Fetch the official lists again.' })
}
