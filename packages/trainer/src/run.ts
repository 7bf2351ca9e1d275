import { checkPositive, checkWhole, InputError, type Snapshot, type Stateful } from '@dml-crc/core'
import type { Batch, LoaderState } from '@dml-crc/datasets'
import * as tf from '@tensorflow/tfjs'
import type { Callback, Outcome } from './callback.ts'
import { monitored } from './callbacks/early-stopping.ts'
import { CheckpointFolder } from './checkpoint.ts'
import { checkStep, checkWeights, type Standing } from './finite.ts'
import type { EpochRecord, FitOptions, RunResult } from './fit.ts'
import { GradientSum } from './optimizer/gradients.ts'
import { Optimizer } from './optimizer/optimizer.ts'
import { allVariables } from './optimizer/parameter-group.ts'
import { constant } from './optimizer/schedules.ts'
import { WeightAverage } from './optimizer/weight-average.ts'
import { statefulVariables } from './snapshot.ts'
import type { Task } from './task.ts'

const seconds = () => performance.now() / 1000

/** The batches of one optimiser step, and how long they were waited for. */
interface StepBatches {
  batches: Batch[]
  waitSeconds: number
}

/** What {@link fit} does, piece by piece: one training run and all of its state. */
export class Run {
  epoch = 0
  /** Set when the run must end before its last epoch. */
  ending?: { outcome: 'stopped' | 'interrupted'; reason: unknown }
  readonly #task: Task
  readonly #options: FitOptions
  readonly #callbacks: readonly Callback[]
  readonly #optimizer: Optimizer
  readonly #gradients: GradientSum
  readonly #trainable: ReadonlyMap<string, tf.Variable>
  readonly #average?: WeightAverage
  readonly #folder?: CheckpointFolder
  readonly #begun = seconds()
  readonly #steps: number
  #step = 0
  #epochLosses: number[] = []
  #history: EpochRecord[] = []
  #best: number | null = null
  #lastRate = 0
  /** Steps that the newest checkpoint holds. */
  #savedStep?: number

  constructor(task: Task, options: FitOptions) {
    checkOptions(options)
    this.#task = task
    this.#options = options
    this.#callbacks = options.callbacks ?? []
    this.#trainable = allVariables(task.groups)
    this.#optimizer = new Optimizer(options.optimizer)
    this.#gradients = new GradientSum(task, this.#trainable)
    if (options.average !== undefined) this.#average = new WeightAverage(task.variables, options.average)
    if (options.checkpoints) this.#folder = new CheckpointFolder(options.checkpoints.folder)
    // Two parts of one name come out before any work.
    void this.#parts
    this.#steps = options.epochs * Math.ceil(options.loader.batches / (options.accumulate ?? 1))
  }

  /** Everything that decides how the run goes on, by its name in the checkpoint. */
  get #parts(): Map<string, Stateful> {
    const parts = new Map<string, Stateful>([
      ['model', statefulVariables(this.#task.variables)],
      ['optimizer', this.#optimizer],
      ['run', this.#progress],
    ])
    if (this.#average) parts.set('average', this.#average)
    const own = this.#callbacks.map((callback) => [`callback ${callback.name}`, callback] as const)
    for (const [name, part] of [['task', this.#task] as const, ...own]) {
      if (!part.save || !part.restore) continue
      if (parts.has(name)) {
        throw new InputError('callbacks', {
          expected: 'a name of its own for each that is saved in checkpoints',
          received: `«${name.slice('callback '.length)}» twice`,
          remedy: 'Give one of them another name.',
        })
      }
      parts.set(name, part as Stateful)
    }
    return parts
  }

  readonly #progress: Stateful = {
    save: async () => ({
      json: {
        epoch: this.epoch,
        step: this.#step,
        epochLosses: this.#epochLosses,
        history: this.#history,
        best: this.#best,
        stopped: this.ending?.outcome === 'stopped' ? String(this.ending.reason) : null,
        loader: this.#options.loader.state(),
      },
      tensors: new Map(),
    }),
    restore: ({ json }) => {
      const saved = json as {
        epoch: number
        step: number
        epochLosses: number[]
        history: EpochRecord[]
        best: number | null
        stopped: string | null
        loader: LoaderState
      }
      this.epoch = saved.epoch
      this.#step = saved.step
      this.#epochLosses = saved.epochLosses
      this.#history = saved.history
      this.#best = saved.best
      if (saved.stopped !== null) this.#stop(saved.stopped)
      this.#options.loader.restore(saved.loader)
    },
  }

  /** Resumes where there is something to resume from, and starts the task otherwise. */
  async begin(): Promise<void> {
    const { checkpoints, epochs, onNote = () => {} } = this.#options
    const saved = checkpoints?.resume ? await this.#folder?.loadNewest(onNote) : undefined
    if (!saved && this.#folder && !(await this.#folder.isEmpty())) {
      throw new InputError(this.#folder.path, {
        expected: 'a folder without checkpoints for a new run',
        received: 'checkpoints of an earlier run',
        remedy: 'Resume that run, or name another folder.',
      })
    }
    if (saved) {
      for (const [name, part] of this.#parts) {
        const snapshot: Snapshot | undefined = saved.parts.get(name)
        if (snapshot) await part.restore(snapshot)
        else onNote(`The checkpoint knows nothing of «${name}»: it starts anew.`)
      }
      this.#savedStep = this.#step
      onNote(`Going on after step ${this.#step} of ${this.#steps}.`)
    } else {
      await this.#task.start?.()
    }
    const info = { task: this.#task.name, steps: this.#steps, epochs, step: this.#step }
    for (const callback of this.#callbacks) await callback.start?.(info)
  }

  /** The rest of the present epoch, by optimiser steps. */
  async *batchesOfSteps(): AsyncGenerator<StepBatches> {
    if (this.epochIsComplete()) return
    const { loader, accumulate = 1 } = this.#options
    let batches: Batch[] = []
    let asked = seconds()
    for await (const batch of loader) {
      batches.push(batch)
      if (batches.length < accumulate && !this.epochIsComplete()) continue
      yield { batches, waitSeconds: seconds() - asked }
      batches = []
      asked = seconds()
    }
    // The last batches can be empty where the loader skips damaged files.
    if (batches.length > 0) yield { batches, waitSeconds: seconds() - asked }
  }

  /** Whether the loader has handed out all of the present epoch. */
  epochIsComplete(): boolean {
    return this.#options.loader.state().epoch > this.epoch
  }

  async step({ batches, waitSeconds }: StepBatches): Promise<void> {
    const { learningRate, schedule = constant, clipNorm, checkpoints, signal } = this.#options
    const begun = seconds()
    const step = this.#step
    let images = 0
    for (const { images: bytes, shape, labels, indices, mixed } of batches) {
      if (mixed && !this.#task.takesMixed) throw refusedMix(this.#task.name)
      const tensor = tf.tensor4d(bytes, shape, 'int32')
      await this.#gradients.add({ images: tensor, labels, indices, mixed })
      tensor.dispose()
      images += shape[0]
    }
    const { loss, gradients, norm } = await this.#gradients.take(clipNorm)
    try {
      const rate = learningRate * schedule(step, this.#steps)
      await checkStep(loss, norm, { gradients, variables: this.#trainable }, this.#standing(step, rate))
      const event = { step, loss, gradients, variables: this.#trainable }
      for (const callback of this.#callbacks) await callback.gradients?.(event)
      this.#optimizer.apply(this.#task.groups, gradients, rate)
      this.#average?.update()
      this.#epochLosses.push(loss)
      this.#step++
      await this.#tell('step', {
        step,
        epoch: this.epoch,
        loss,
        learningRate: rate,
        images,
        seconds: seconds() - begun + waitSeconds,
        waitSeconds,
        stop: this.#stop,
      })
    } finally {
      tf.dispose([...gradients.values()])
    }
    this.#lastRate = learningRate * schedule(step, this.#steps)
    if (signal?.aborted) this.ending = { outcome: 'interrupted', reason: signal.reason }
    const due = checkpoints?.everySteps && this.#step % checkpoints.everySteps === 0
    if (due && !this.epochIsComplete()) await this.checkpoint()
  }

  #standing(step: number, rate: number): Standing {
    const rates = new Map(this.#task.groups.map(({ name, learningRate: factor = 1 }) => [name, rate * factor]))
    const folder = this.#folder?.path
    return folder === undefined || this.#savedStep === undefined
      ? { step, rates }
      : { step, rates, checkpoint: { step: this.#savedStep, folder } }
  }

  readonly #stop = (reason: string) => {
    this.ending ??= { outcome: 'stopped', reason }
  }

  async #tell<K extends 'step' | 'epoch'>(hook: K, event: Parameters<NonNullable<Callback[K]>>[0]): Promise<void> {
    for (const callback of this.#callbacks)
      await (callback[hook] as ((e: typeof event) => unknown) | undefined)?.(event)
  }

  async endEpoch(): Promise<void> {
    const { evaluate, checkpoints } = this.#options
    await this.#task.afterEpoch?.(this.epoch)
    const loss = this.#epochLosses.reduce((sum, value) => sum + value, 0) / this.#epochLosses.length
    const measure = async () => {
      const values = { loss, ...(await evaluate?.(this.epoch)) }
      this.#history.push({ epoch: this.epoch, values })
      await this.#tell('epoch', { epoch: this.epoch, step: this.#step, values, stop: this.#stop })
      if (checkpoints?.best) await this.#saveBest(values, checkpoints.best)
    }
    await (this.#average ? this.#average.within(measure) : measure())
    this.epoch++
    this.#epochLosses = []
    await this.checkpoint()
  }

  async #saveBest(
    values: Readonly<Record<string, number>>,
    { monitor, mode }: { monitor: string; mode: 'min' | 'max' },
  ): Promise<void> {
    const value = monitored(values, monitor)
    if (this.#best !== null && (mode === 'max' ? value <= this.#best : value >= this.#best)) return
    this.#best = value
    const model = await statefulVariables(this.#task.variables).save()
    await this.#folder?.save('best', this.#step, new Map([['model', model]]))
  }

  /** Writes the whole state of the run, where the run has a folder for it. */
  async checkpoint(): Promise<void> {
    await checkWeights(this.#task.variables, this.#standing(this.#step - 1, this.#lastRate))
    if (!this.#folder) return
    const saved = new Map<string, Snapshot>()
    for (const [name, part] of this.#parts) saved.set(name, await part.save())
    await this.#folder.save('latest', this.#step, saved)
    this.#savedStep = this.#step
  }

  result(outcome: RunResult['outcome']): RunResult {
    const { reason } = this.ending ?? {}
    return { outcome, reason, steps: this.#step, history: this.#history, seconds: seconds() - this.#begun }
  }

  async end(outcome: Outcome): Promise<void> {
    if (outcome === 'finished' || outcome === 'stopped') this.#average?.assign()
    for (const callback of this.#callbacks) await callback.end?.(outcome)
    this.#average?.dispose()
    this.#optimizer.dispose()
  }
}

const refusedMix = (name: string) =>
  new InputError(`the loader of ${name}`, {
    expected: 'batches of whole images, for this loss takes one label of each',
    received: 'mixed images',
    remedy: 'Leave out `mix`, or train softmax.',
  })

function checkOptions({ epochs, accumulate = 1, learningRate, clipNorm = 1, average = 0.5, checkpoints }: FitOptions) {
  checkWhole('epochs', epochs)
  checkWhole('accumulate', accumulate)
  checkWhole('everySteps', checkpoints?.everySteps ?? 1)
  checkPositive('learningRate', learningRate)
  checkPositive('clipNorm', clipNorm)
  if (average > 0 && average < 1) return
  const expected = 'a number between 0 and 1'
  throw new InputError('average', { expected, received: String(average), remedy: 'Set average to one.' })
}
