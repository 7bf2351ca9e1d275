import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DataError, readJson } from '@dml-crc/core'
import * as z from 'zod'
import { Experiment } from '../experiment/schema.ts'
import { openImages } from '../run/images.ts'

/** What is known about the images that a model was trained on. */
export interface TrainingImages {
  name?: string
  licence?: string
  citation?: string
  /** The file of each by its id. */
  files: ReadonlyMap<string, string>
}

const Config = z.looseObject({ experiment: Experiment })

/** The images of the run that a model lies in, or none where it lies elsewhere or they are not here any more. */
export async function trainingImagesOf(model: string): Promise<TrainingImages> {
  const config = [model, dirname(model)].map((folder) => join(folder, 'config.json')).find((path) => existsSync(path))
  if (config === undefined) return { files: new Map() }
  const { experiment } = readJson(config, Config, 'the configuration of a run', 'Name the folder of a run.')
  try {
    const { dataset, fit } = await openImages(experiment, () => {})
    const { licence, citation } = dataset
    return { name: experiment.name, licence, citation, files: new Map(fit.map(({ id, path }) => [id, path])) }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { name: experiment.name, files: new Map() }
  }
}
