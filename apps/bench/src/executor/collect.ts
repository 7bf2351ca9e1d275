import { readBytes, writeFileAtomic } from '@dml-crc/core'
import { holdsImageModel, loadExport, saveImageModel } from '@dml-crc/trainer'
import type { Experiment } from '../experiment/schema.ts'
import { modelOfRun } from '../results/model-folder.ts'
import type { RunFolder } from '../results/run-folder.ts'
import type { Unit } from '../results/units.ts'
import { pretrainedName } from '../run/training/pretrain.ts'
import { askedKey } from './asked-key.ts'
import type { Task } from './plan.ts'
import type { Store } from './store.ts'

interface Parts {
  experiment: Experiment
  store: Store
  folder: RunFolder
}

/**
 * Takes the results of tasks from the store into the folder of the run, in the order of a plain run whichever came first: the
 * next one waits until those before it are there.
 */
export class Collector {
  readonly #parts: Parts
  readonly #left: Task[]
  #turn: Promise<void> = Promise.resolve()

  /** @param tasks all tasks of the run, in the order of a plain run */
  constructor(tasks: readonly Task[], parts: Parts) {
    const { experiment, folder } = parts
    this.#parts = parts
    this.#left = tasks.filter((task) => {
      const key = askedKey(experiment, task)
      return key !== undefined && !folder.has(key)
    })
  }

  /** Takes what is there and whose turn it is. Calls at one time take turns. */
  takeNext(): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      while (this.#left.length > 0 && this.#parts.store.isDone(this.#left[0])) await this.#take(this.#left.shift()!)
    })
    return this.#turn
  }

  /**
   * Takes all that is there.
   * @returns the tasks whose result is not
   */
  async takeAll(): Promise<Task[]> {
    await this.#turn
    const missing: Task[] = []
    for (const task of this.#left.splice(0)) {
      if (this.#parts.store.isDone(task)) await this.#take(task)
      else missing.push(task)
    }
    return missing
  }

  async #take(task: Task): Promise<void> {
    const { experiment, store, folder } = this.#parts
    const entry = experiment.backbones[task.backbone]
    const weights = entry.pretrain ? folder.weightsFile(pretrainedName(experiment, entry)) : entry.weights
    if (task.work.kind === 'pretrain') await writeFileAtomic(weights, await readBytes(store.weightsFile(task.key)))
    const kept = modelOfRun(store.rowFolder(task.key))
    if (holdsImageModel(kept) && !holdsImageModel(modelOfRun(folder.path))) {
      const model = await loadExport(kept)
      await saveImageModel(modelOfRun(folder.path), model, weights).finally(() => model.backbone.dispose())
    }
    await folder.addUnit(withoutSecondGallery(store.readUnit(task.key), folder.details.gallery.length > 0))
  }
}

/** One gallery is enough for a report: that of the first row. */
function withoutSecondGallery(unit: Unit, isShown: boolean): Unit {
  if (!unit.row || !isShown) return unit
  return { ...unit, row: { ...unit.row, figures: { ...unit.row.figures, gallery: [], pairs: [] } } }
}
