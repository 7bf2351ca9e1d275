import { rm } from 'node:fs/promises'
import { type Details, emptyDetails, emptyFigures, type Figures, type SweepCurve } from '../results/details.ts'
import type { Row } from '../results/schema.ts'
import type { StudyFolder } from '../run/study.ts'
import type { Store } from './store.ts'

/**
 * What stands in the place of the folder of a run while one task is done: it has every row but the one that is asked for,
 * and puts that into the store.
 */
export class TaskFolder implements StudyFolder {
  /** Where the row keeps its model. */
  readonly path: string
  readonly details: Details = emptyDetails()
  readonly #store: Store
  readonly #task: string
  readonly #weights: string
  readonly #asked?: string

  /**
   * @param task the key of the task
   * @param asked the key of its row in the folder of the run; a task of features has none
   * @param weights the key of the task that trains the network
   */
  constructor(store: Store, { task, asked, weights }: { task: string; asked?: string; weights: string }) {
    this.path = store.rowFolder(task)
    this.#store = store
    this.#task = task
    this.#asked = asked
    this.#weights = weights
  }

  has(key: string): boolean {
    return key !== this.#asked
  }

  async add(key: string, row: Row, predicted: ArrayLike<number>, figures: Partial<Figures> = {}): Promise<void> {
    const all = { ...emptyFigures(), ...figures }
    await this.#store.writeUnit(this.#task, { key, row: { row, predicted: Array.from(predicted), figures: all } })
    await this.removeCheckpoints(key)
  }

  /** Those of other rows are not here. */
  async removeCheckpoints(key: string): Promise<void> {
    if (key === this.#asked) await rm(this.checkpointsOf(), { recursive: true, force: true })
  }

  async addSweep(key: string, sweep: SweepCurve): Promise<void> {
    await this.#store.writeUnit(this.#task, { key, sweep })
  }

  checkpointsOf(): string {
    return this.#store.checkpoints(this.#task)
  }

  weightsFile(): string {
    return this.#store.weightsFile(this.#weights)
  }
}
