import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DataError, readJson } from '@dml-crc/core'
import type { ImageRecord } from '@dml-crc/datasets'
import * as z from 'zod'
import { Experiment } from '../experiment/schema.ts'
import { openImages } from '../run/images.ts'

/** What is known about the images of a model. */
export interface TrainingImages {
  name?: string
  licence?: string
  citation?: string
  /** Those that it was fitted on. */
  fit: readonly ImageRecord[]
  /** Those that its run tested on, where that has a split of its own. */
  test?: readonly ImageRecord[]
}

const Config = z.looseObject({ experiment: Experiment })

/** The images of the run that a model lies in, or none where it lies elsewhere or they are not here any more. */
export async function trainingImagesOf(model: string): Promise<TrainingImages> {
  const config = [model, dirname(model)].map((folder) => join(folder, 'config.json')).find((path) => existsSync(path))
  if (config === undefined) return { fit: [] }
  const { experiment } = readJson(config, Config, 'the configuration of a run', 'Name the folder of a run.')
  try {
    const { dataset, fit, test } = await openImages(experiment, () => {})
    const { licence, citation } = dataset
    return { name: experiment.name, licence, citation, fit, ...(test !== fit && { test }) }
  } catch (error) {
    if (!(error instanceof DataError)) throw error
    return { name: experiment.name, fit: [] }
  }
}
