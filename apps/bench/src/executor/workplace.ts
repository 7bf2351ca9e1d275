import { type FeatureNetwork, isOwnNetwork } from '@dml-crc/backbones'
import { EngineError, Prng, withLock } from '@dml-crc/core'
import { type Engine, type EngineName, loadEngine } from '@dml-crc/engine'
import { runSweep } from '../choosing/sweeps.ts'
import type { Terminal } from '../command-line/terminal.ts'
import { endToEndKey, frozenKey, sweepKey } from '../run/entry-keys.ts'
import type { SplitFeatures } from '../run/features.ts'
import { runFrozen } from '../run/frozen.ts'
import { type Images, openImages } from '../run/images.ts'
import { openTrained, toTrain } from '../run/run.ts'
import type { Study } from '../run/study.ts'
import { runEndToEnd } from '../run/training/end-to-end.ts'
import { pretrain } from '../run/training/pretrain.ts'
import { askedKey } from './asked-key.ts'
import { everyTask, type Task, type Work } from './plan.ts'
import type { Plan, Store } from './store.ts'
import { type ShardPlace, shardRows, storedFeatures } from './stored-features.ts'
import { TaskFolder } from './task-folder.ts'

type Speech = Pick<Terminal, 'note' | 'onProgress'>

/** What stays open between the tasks of one run. */
interface Opened {
  run: string
  plan: Plan
  images: Images
  engine: Engine
  network?: { backbone: number; network: FeatureNetwork; weights: string }
  features?: SplitFeatures
}

/**
 * Where one process does the tasks of runs, one at a time, by the functions that a plain run calls. Images, network and
 * features stay open for the next task of the same run.
 */
export class Workplace {
  readonly #store: Store
  readonly #terminal: Terminal
  #opened?: Opened

  constructor(store: Store, speech: Speech) {
    this.#store = store
    this.#terminal = { ...speech, json: false, print: () => {}, printJson: () => {}, bold: String, dim: String }
  }

  /**
   * Does a task, unless its result is there. What it needs and the store lacks is made first.
   * @throws EngineError where the engine here is not the one of the run
   */
  async do(run: string, key: string): Promise<void> {
    const opened = await this.#open(run)
    const task = everyTask(opened.plan.nodes).find((each) => each.key === key)!
    // Of two that were given one task, the second finds its result.
    await withLock(this.#store.lockFile(key), async () => {
      if (!this.#store.isDone(task)) await this.#make(opened, task)
    })
  }

  async #open(run: string): Promise<Opened> {
    if (this.#opened?.run === run) return this.#opened
    this.#opened?.network?.network.dispose()
    this.#opened = undefined
    const plan = this.#store.readPlan(run)
    const engine = await loadEngine({ prefer: plan.engine.name as EngineName })
    if (engine.library !== plan.engine.library) {
      throw new EngineError(`engine ${engine.name} of this machine`, {
        expected: `${plan.engine.library}, as where the run was begun`,
        received: engine.library,
        remedy: 'Install the same version on every machine: results are to be the same bits.',
      })
    }
    const images = await openImages(plan.experiment, this.#terminal.onProgress)
    this.#opened = { run, plan, images, engine }
    return this.#opened
  }

  async #make(opened: Opened, task: Task): Promise<void> {
    const { plan, images, engine } = opened
    const { experiment } = plan
    const tasks = everyTask(plan.nodes).filter(({ backbone }) => backbone === task.backbone)
    const keyOf = (work: Work) => tasks.find((each) => JSON.stringify(each.work) === JSON.stringify(work))!.key
    const entry = experiment.backbones[task.backbone]
    const { pretrain: training } = entry
    const weightsOf = training ? keyOf({ kind: 'pretrain' }) : ''
    const folder = new TaskFolder(this.#store, {
      task: task.key,
      asked: askedKey(experiment, task),
      weights: weightsOf,
    })
    const { signal } = new AbortController()
    const prng = Prng.fromSeed(experiment.seed)
    const study: Study = { experiment, images, engine, folder, terminal: this.#terminal, prng, signal }
    if (task.work.kind === 'pretrain') {
      await pretrain(study, { ...entry, pretrain: training! })
      return
    }

    const { network, weights } = await this.#network(opened, study, task.backbone)
    const place: ShardPlace = { study, network, store: this.#store, keyOf }
    if (task.work.kind === 'shard') {
      await shardRows(place, task.work)
      return
    }
    opened.features ??= await storedFeatures(place)
    const { features } = opened
    switch (task.work.kind) {
      case 'features':
        return
      case 'method': {
        const method = experiment.methods[task.work.entry]
        const named = isOwnNetwork(entry.name) ? undefined : weights
        return runFrozen(study, network, features, { entry: method, key: frozenKey(entry, method), weights: named })
      }
      case 'sweep': {
        const sweep = experiment.sweeps[task.work.entry]
        return runSweep(study, network, features, { entry: sweep, key: sweepKey(entry, sweep) })
      }
      case 'endToEnd': {
        const method = experiment.endToEnd[task.work.entry]
        return runEndToEnd(study, toTrain(entry, weights), features, { entry: method, key: endToEndKey(entry, method) })
      }
    }
  }

  async #network(opened: Opened, study: Study, backbone: number) {
    if (opened.network?.backbone !== backbone) {
      opened.network?.network.dispose()
      opened.network = undefined
      opened.features = undefined
      const { network, weights } = await openTrained(study, study.experiment.backbones[backbone])
      opened.network = { backbone, network, weights }
    }
    return opened.network
  }
}
