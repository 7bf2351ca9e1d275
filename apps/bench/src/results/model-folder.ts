import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { DataError } from '@dml-crc/core'
import { holdsImageModel } from '@dml-crc/trainer'

/** The folder of the model in that of a run. */
export const modelOfRun = (run: string) => join(run, 'model')

/** Whether a path is a run or an exported model, and not an experiment. */
export const isModel = (path: string): boolean => holdsImageModel(path) || holdsImageModel(modelOfRun(path))

/**
 * The folder of a model, given itself or the run that made it.
 * @throws DataError where there is none
 */
export function modelFolder(path: string): string {
  if (holdsImageModel(path)) return path
  if (holdsImageModel(modelOfRun(path))) return modelOfRun(path)
  const isRun = existsSync(join(path, 'results.json'))
  throw new DataError(path, {
    expected: 'the folder of a run with DML-CRC among its methods, or of an exported model',
    received: isRun ? 'a run without a model' : existsSync(path) ? 'a folder of other things' : 'no such folder',
    remedy: 'Name one that `dml-crc run`, `train` or `export` wrote.',
  })
}
