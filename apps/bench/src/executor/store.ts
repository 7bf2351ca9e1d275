import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { DataError, readJson, unwritable, writeJsonAtomic } from '@dml-crc/core'
import { FeatureFile } from '@dml-crc/trainer'
import { z } from 'zod'
import type { Experiment } from '../experiment/schema.ts'
import { Unit } from '../results/units.ts'
import { type Task, TaskNode } from './plan.ts'

const REMEDY = 'Remove this file and give the same command again.'

/** A run as its workers read it: the tasks are told apart by their keys. */
const Plan = z.strictObject({
  /** Checked when the command read it. */
  experiment: z.custom<Experiment>((value) => typeof value === 'object' && value !== null),
  engine: z.strictObject({ name: z.string(), library: z.string() }),
  nodes: z.array(TaskNode),
})
export type Plan = z.infer<typeof Plan>

/**
 * The folder that all who work on a run see. Everything lies under the key of its task and is written at once and last, so
 * that a task that is done twice, or by two at a time, leaves what one time leaves.
 */
export class Store {
  readonly folder: string

  constructor(folder: string) {
    this.folder = folder
  }

  /** @throws DataError where it cannot be made */
  async prepare(): Promise<void> {
    await mkdir(this.folder, { recursive: true }).catch((error) => {
      throw unwritable(this.folder, error)
    })
  }

  readonly #at = (...parts: string[]) => join(this.folder, ...parts)
  shardFile = (key: string) => this.#at('shards', `${key}.safetensors`)
  weightsFile = (key: string) => this.#at('weights', `${key}.safetensors`)
  /** Where the training of a row keeps its checkpoints, and a row its model. */
  checkpoints = (key: string) => this.#at('checkpoints', key)
  rowFolder = (key: string) => this.#at('rows', key)
  lockFile = (key: string) => this.#at('locks', `${key}.lock`)
  readonly #unitFile = (key: string) => this.#at('rows', key, 'unit.json')
  readonly #planFile = (run: string) => this.#at('plans', `${run}.json`)

  writeUnit(key: string, unit: Unit): Promise<void> {
    return writeJsonAtomic(this.#unitFile(key), Unit.parse(unit))
  }

  readUnit(key: string): Unit {
    return readJson(this.#unitFile(key), Unit, 'a row of a run', REMEDY)
  }

  writePlan(run: string, plan: Plan): Promise<void> {
    return writeJsonAtomic(this.#planFile(run), plan)
  }

  /** @throws DataError where the store has no such plan: it is not the store of the command */
  readPlan(run: string): Plan {
    const file = this.#planFile(run)
    if (!existsSync(file)) {
      const remedy = 'Give the worker the --store of the command: a folder that both see.'
      throw new DataError(file, { expected: 'the plan of a run', received: 'none', remedy })
    }
    return readJson(file, Plan, 'the plan of a run', REMEDY)
  }

  /** Whether the result of a task is there. */
  isDone({ key, work }: Task): boolean {
    if (work.kind === 'shard') return existsSync(this.shardFile(key))
    if (work.kind === 'pretrain' && !existsSync(this.weightsFile(key))) return false
    return existsSync(this.#unitFile(key))
  }

  /** The rows of a shard; undefined where it is missing or damaged. */
  async readShard(key: string): Promise<{ data: Float32Array; columns: number } | undefined> {
    try {
      await using file = await FeatureFile.open(this.shardFile(key))
      await file.verify()
      return { data: await file.read(0, file.rows), columns: file.columns }
    } catch (error) {
      if (error instanceof DataError) return undefined
      throw error
    }
  }
}
