import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { DataError, sweepLeftovers } from '@dml-crc/core'
import { holdsImageModel } from '@dml-crc/trainer'

/** The folder of the model in that of a run. */
export const modelOfRun = (run: string) => join(run, 'model')

/** The folder of the model at a path, once what a killed process had set aside to replace it is put back. */
async function findModel(path: string): Promise<string | undefined> {
  for (const folder of [dirname(resolve(path)), path]) await sweepLeftovers(folder)
  return [path, modelOfRun(path)].find(holdsImageModel)
}

/** Whether a path is a run or an exported model, and not an experiment. */
export const isModel = async (path: string): Promise<boolean> => (await findModel(path)) !== undefined

/**
 * The folder of a model, given itself or the run that made it.
 * @throws DataError where there is none
 */
export async function modelFolder(path: string): Promise<string> {
  const found = await findModel(path)
  if (found !== undefined) return found
  const isRun = existsSync(join(path, 'results.json'))
  throw new DataError(path, {
    expected: 'the folder of a run with DML-CRC among its methods, or of an exported model',
    received: isRun ? 'a run without a model' : existsSync(path) ? 'a folder of other things' : 'no such folder',
    remedy: 'Name one that `dml-crc run`, `train` or `export` wrote.',
  })
}
