import type { Prng } from '@dml-crc/core'
import type { Engine } from '@dml-crc/engine'
import type { Terminal } from '../command-line/terminal.ts'
import type { Experiment } from '../experiment/schema.ts'
import type { RunFolder } from '../results/run-folder.ts'
import type { Images } from './images.ts'

/** An entry of the experiment, and the key that its content has in the folder of the run. */
export interface Asked<T> {
  entry: T
  key: string
}

/** Where the rows of a study go. */
export type StudyFolder = Pick<
  RunFolder,
  'path' | 'details' | 'has' | 'add' | 'addSweep' | 'checkpointsOf' | 'removeCheckpoints' | 'weightsFile'
>

/** What every part of a run may use. */
export interface Study {
  experiment: Experiment
  images: Images
  engine: Engine
  folder: StudyFolder
  terminal: Terminal
  /** The root of every random number: parts of the run split it by name and never advance it. */
  prng: Prng
  /** Whether the model of the first row is exported. */
  exportsModel?: boolean
  /** Aborted when the run is to stop. */
  signal: AbortSignal
}
