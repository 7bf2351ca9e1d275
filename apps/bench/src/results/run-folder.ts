import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import {
  acquireLock,
  InputError,
  readJson,
  swapFolder,
  sweepLeftovers,
  unwritable,
  writeJsonAtomic,
} from '@dml-crc/core'
import { z } from 'zod'
import { type Details, emptyFigures, type Figures, type SweepCurve, type TestImages } from './details.ts'
import { readResults } from './read.ts'
import type { Results, Row } from './schema.ts'
import { detailsOf, readUnits, resultsOf, rowKey, type Unit, writeUnit } from './units.ts'

/** `config.json` is written first and says whose folder it is, besides everything that decides the run. */
const MADE_BY = 'dml-crc'
const Config = z.looseObject({ madeBy: z.literal(MADE_BY) })

/** A digest of anything that decides a row, for names of files. */
export const contentKey = (...content: unknown[]): string =>
  createHash('sha256').update(JSON.stringify(content)).digest('hex').slice(0, 12)

export interface RunFolderOptions {
  /** Everything that decides the run; a resumed run must have the same. */
  config: Record<string, unknown>
  header: Omit<Results, 'rows'>
  images: TestImages
  /** Goes on with the run that is there; rows that it finished stay. */
  resume?: boolean
  /** Replaces the run that is there, once the new one has its first row. */
  overwrite?: boolean
}

/**
 * The folder of a run. Every row is one file below `units/` with all that belongs to it, written at once and last;
 * `results.json` and `details.json` are put together from these. A run that is killed at any moment leaves the rows that it
 * finished and the checkpoints of the row that it was training.
 */
export class RunFolder implements AsyncDisposable {
  /** Where the run is: beside its place until it has a row, where it replaces another. */
  path: string
  readonly #place: string
  readonly #options: RunFolderOptions
  readonly #release: () => Promise<void>
  readonly #units: Unit[]
  readonly #startedAt?: string
  #finishedAt?: string

  private constructor(path: string, place: string, options: RunFolderOptions, release: () => Promise<void>) {
    this.path = path
    this.#place = place
    this.#options = options
    this.#release = release
    this.#units = readUnits(path)
    // A run that goes on began when it began.
    if (existsSync(join(path, 'results.json'))) this.#startedAt = readResults(path).startedAt
  }

  /**
   * @throws InputError where the folder is not of a run, holds a run that is neither to be resumed nor replaced, or one of
   * another configuration, and where another process is writing it
   */
  static async open(place: string, options: RunFolderOptions): Promise<RunFolder> {
    if (place === '') {
      const remedy = 'Name a folder, or leave --out out.'
      throw new InputError('--out', { expected: 'the name of a folder', received: 'an empty one', remedy })
    }
    const release = await acquireLock(`${resolve(place)}.lock`, { wait: false })
    try {
      const path = await prepare(place, options)
      await writeJsonAtomic(join(path, 'config.json'), { madeBy: MADE_BY, ...options.config })
      const folder = new RunFolder(path, place, options, release)
      // A process may have been killed after a row was written and before its checkpoints were removed.
      for (const { key } of folder.#units) await folder.removeCheckpoints(key)
      await folder.#save()
      return folder
    } catch (error) {
      await release()
      throw error
    }
  }

  get results(): Results {
    const { header } = this.#options
    const startedAt = this.#startedAt ?? header.startedAt
    const finished = this.#finishedAt ? { finishedAt: this.#finishedAt } : {}
    return resultsOf({ ...header, startedAt, ...finished }, this.#units)
  }

  get details(): Details {
    return detailsOf(this.#options.images, this.#units)
  }

  has(key: string): boolean {
    return this.#units.some((unit) => unit.key === key)
  }

  /** The weights of a backbone that the run trained from scratch. */
  weightsFile(name: string): string {
    return join(this.path, 'checkpoints', `${name}.safetensors`)
  }

  /** Where the training of a row keeps its checkpoints until the row is added. */
  checkpointsOf(key: string): string {
    return join(this.path, 'checkpoints', key)
  }

  /** Adds a measured row with the label predicted for each test image and what the report shows of it. */
  async add(key: string, row: Row, predicted: ArrayLike<number>, figures: Partial<Figures> = {}): Promise<void> {
    const all = { ...emptyFigures(), ...figures }
    await this.addUnit({ key, row: { row, predicted: Array.from(predicted), figures: all } })
    await this.removeCheckpoints(key)
  }

  /** Removes the checkpoints of a row, which nothing goes on from once it is there. */
  async removeCheckpoints(key: string): Promise<void> {
    const path = this.checkpointsOf(key)
    await rm(path, { recursive: true, force: true }).catch((error) => {
      throw unwritable(path, error)
    })
  }

  async addSweep(key: string, sweep: SweepCurve): Promise<void> {
    await this.addUnit({ key, sweep })
  }

  /** Adds a row, or a sweep, that is whole. */
  async addUnit(unit: Unit): Promise<void> {
    const same = unit.row && rowKey(unit.row.row)
    if (same && this.#units.some(({ row }) => row && rowKey(row.row) === same)) {
      throw new InputError(`The row ${same}`, {
        expected: 'a row of its own',
        received: 'the same backbone, method and seed as another',
        remedy: 'Leave one out, or give it another label.',
      })
    }
    this.#units.push(await writeUnit(this.path, unit))
    await this.#save()
    await this.#takePlace()
  }

  /** Puts the run in the place of the one that it replaces. */
  async #takePlace(): Promise<void> {
    if (this.path === this.#place) return
    await swapFolder(this.path, this.#place)
    this.path = this.#place
  }

  async #save(): Promise<void> {
    await writeJsonAtomic(join(this.path, 'details.json'), this.details)
    await writeJsonAtomic(join(this.path, 'results.json'), this.results)
  }

  /** Marks the run as finished. */
  async finish(): Promise<void> {
    this.#finishedAt = new Date().toISOString()
    await this.#save()
    await this.#takePlace()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#release()
  }
}

/** The folder to work in: the place of the run, or one beside it until the run there is replaced. */
async function prepare(place: string, { config, resume, overwrite }: RunFolderOptions): Promise<string> {
  const beside = `${resolve(place)}.new`
  await sweepLeftovers(dirname(resolve(place)))
  // A run that was killed before it had a configuration; deeper only where the folder is ours.
  await sweepLeftovers(place)
  // A process was killed between the two renames of the replacement.
  if (!existsSync(place) && isRun(beside)) await rename(beside, place)
  const names = namesIn(place)
  if (names.length === 0) {
    await mkdir(place, { recursive: true })
    return place
  }
  if (!isRun(place)) {
    throw new InputError(place, {
      expected: 'an empty folder, or one of a run',
      received: `other files, ${names[0]} among them`,
      remedy: 'Name another folder with --out: this one is left as it is.',
    })
  }
  await sweepLeftovers(place, { deep: true })
  if (!resume && !overwrite) {
    throw new InputError(place, {
      expected: 'a folder without a run',
      received: 'a run',
      remedy: 'Go on with it (--resume), replace it (--overwrite), or name another folder with --out.',
    })
  }
  if (!overwrite) {
    checkSame(place, config)
    return place
  }
  if (!relative(place, process.cwd()).startsWith('..')) {
    throw new InputError(place, {
      expected: 'a folder that can be replaced as a whole',
      received: 'the one that the command is run in',
      remedy: 'Run it from another folder, or name another one with --out.',
    })
  }
  if (!(resume && isRun(beside) && isSame(beside, config))) await rm(beside, { recursive: true, force: true })
  await mkdir(beside, { recursive: true })
  return beside
}

function namesIn(place: string): string[] {
  try {
    return existsSync(place) ? readdirSync(place) : []
  } catch (error) {
    throw unwritable(place, error)
  }
}

const configOf = (path: string) =>
  readJson(join(path, 'config.json'), Config, 'the configuration of a run', 'Name another folder with --out.')

function isRun(path: string): boolean {
  try {
    configOf(path)
    return true
  } catch {
    return false
  }
}

const isSame = (path: string, config: Record<string, unknown>) =>
  JSON.stringify(configOf(path)) === JSON.stringify({ madeBy: MADE_BY, ...config })

function checkSame(path: string, config: Record<string, unknown>): void {
  if (isSame(path, config)) return
  throw new InputError(`Cannot resume the run in ${path}`, {
    expected: `the configuration of ${join(path, 'config.json')}`,
    received: 'another experiment, engine, version or option',
    remedy: 'Give the same options, or name another folder with --out.',
  })
}
