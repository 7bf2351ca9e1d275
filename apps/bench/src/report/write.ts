import { statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { sweepLeftovers, writeFileAtomic } from '@dml-crc/core'
import { readDetails, readResults } from '../results/read.ts'
import { reportPage } from './page.ts'

/**
 * Writes `report.html` beside the results of a run.
 * @param path the folder of the run, or its results.json
 * @returns the path of the report
 * @throws DataError where there are no results
 */
export async function writeReport(path: string, out?: string): Promise<string> {
  const results = readResults(path)
  const folder = statSync(path).isDirectory() ? path : dirname(path)
  const file = out ?? join(folder, 'report.html')
  await sweepLeftovers(dirname(file))
  await writeFileAtomic(file, reportPage(results, readDetails(path)))
  return file
}
