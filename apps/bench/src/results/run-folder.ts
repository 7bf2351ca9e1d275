import { existsSync, readFileSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { InputError, writeJsonAtomic } from '@dml-crc/core'
import type { Details } from './details.ts'
import { emptyDetails } from './details.ts'
import { readResults } from './read.ts'
import type { Results, Row } from './schema.ts'

/** What identifies a row of a run: everything that is not measured. */
export const rowKey = (row: Pick<Row, 'backbone' | 'layer' | 'regime' | 'method' | 'seed'>): string =>
  [row.backbone, row.layer, row.regime, row.method, `seed ${row.seed}`].join(' · ')

/**
 * The folder of a run. `results.json` and `details.json` are rewritten, each at once, after every row, so a run that is
 * stopped leaves the rows that it finished, and the checkpoints of the row that it was training.
 */
export class RunFolder {
  readonly path: string
  readonly results: Results
  readonly details: Details

  private constructor(path: string, results: Results, details: Details) {
    this.path = path
    this.results = results
    this.details = details
  }

  /**
   * @param config everything that decides the run; a resumed run must have the same
   * @throws InputError where `resume` is asked for and the folder holds a run of another configuration
   */
  static async open(
    path: string,
    config: Record<string, unknown>,
    header: Omit<Results, 'rows'>,
    { resume }: { resume: boolean },
  ): Promise<RunFolder> {
    await mkdir(path, { recursive: true })
    const file = join(path, 'config.json')
    const text = JSON.stringify(config)
    if (resume && existsSync(join(path, 'results.json'))) {
      if (JSON.stringify(JSON.parse(readFileSync(file, 'utf8'))) !== text) {
        throw new InputError(`Cannot resume the run in ${path}`, {
          expected: `the configuration of ${file}`,
          received: 'another experiment, engine, version or option',
          remedy: 'Give the same options, or name another folder with --out.',
        })
      }
      return new RunFolder(path, readResults(path), readDetails(path))
    }
    await rm(join(path, 'checkpoints'), { recursive: true, force: true })
    await writeJsonAtomic(file, config)
    const folder = new RunFolder(path, { ...header, rows: [] }, emptyDetails())
    await folder.save()
    return folder
  }

  has(key: string): boolean {
    return this.results.rows.some((row) => rowKey(row) === key)
  }

  /** The weights of a backbone that the run trained from scratch. */
  weightsFile(backbone: string): string {
    return join(this.path, 'checkpoints', `${backbone}.safetensors`)
  }

  /** Where the training of a row keeps its checkpoints until the row is added. */
  checkpointsOf(key: string): string {
    return join(this.path, 'checkpoints', key.replaceAll(/[^\w.-]+/g, '-'))
  }

  /** Adds a measured row with the label predicted for each test image. */
  async add(row: Row, predicted: ArrayLike<number>): Promise<void> {
    this.results.rows.push(row)
    this.details.predictions[rowKey(row)] = Array.from(predicted)
    await this.save()
    await rm(this.checkpointsOf(rowKey(row)), { recursive: true, force: true })
  }

  async save(): Promise<void> {
    await writeJsonAtomic(join(this.path, 'results.json'), this.results)
    await writeJsonAtomic(join(this.path, 'details.json'), this.details)
  }
}

/** What the figures of the report need; empty where the folder has only `results.json`. */
export function readDetails(path: string): Details {
  const file = join(path, 'details.json')
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : emptyDetails()
}
