import type { Loader } from '@dml-crc/datasets'
import type { Callback, Outcome } from './callback.ts'
import type { UpdateRule } from './optimizer/optimizer.ts'
import type { Schedule } from './optimizer/schedules.ts'
import { Run } from './run.ts'
import type { Task } from './task.ts'

/** Where and when a run is saved. */
export interface CheckpointOptions {
  folder: string
  /** Besides the end of every epoch: after this many steps. */
  everySteps?: number
  /** Also keep the weights of the best epoch, as `best`. */
  best?: { monitor: string; mode: 'min' | 'max' }
  /** Go on from the newest whole checkpoint in the folder, where there is one; otherwise the folder must hold none. */
  resume?: boolean
}

export interface FitOptions {
  /** A fresh loader of the training images. */
  loader: Loader
  epochs: number
  optimizer: UpdateRule
  learningRate: number
  /** Constant by default. */
  schedule?: Schedule
  /** Limit on the global norm of the gradients. */
  clipNorm?: number
  /** Batches of the loader to one optimiser step. */
  accumulate?: number
  /** Decay of an exponential moving average of the weights: it is what is evaluated, and what the run ends with. */
  average?: number
  /** Measured after each epoch, on the averaged weights where there are such. */
  evaluate?: (epoch: number) => Promise<Record<string, number>>
  checkpoints?: CheckpointOptions
  callbacks?: readonly Callback[]
  /** Its abort ends the run after the present step, with a checkpoint. */
  signal?: AbortSignal
  /** Told what the reader should know but need not act on, such as a damaged checkpoint that was passed over. */
  onNote?: (text: string) => void
}

export interface EpochRecord {
  epoch: number
  values: Readonly<Record<string, number>>
}

export interface RunResult {
  outcome: Exclude<Outcome, 'failed'>
  /** Why a callback or the signal ended the run. */
  reason?: unknown
  /** Optimiser steps taken in all, those before a resume included. */
  steps: number
  /** One entry per epoch: `loss`, the mean over its steps, and what `evaluate` gave. */
  history: readonly EpochRecord[]
  /** Of this process. */
  seconds: number
}

/**
 * Trains a task. A step is: as many batches as `accumulate` says, the mean of their gradients, clipped; one update by
 * the optimiser; the average of the weights. An epoch ends with the task's own refresh, `evaluate`, the callbacks and a
 * checkpoint. On one engine and thread count, a resumed run has the losses and weights, bit for bit, of one that was
 * never stopped.
 * @throws {InputError} for options out of range, before any work.
 * @throws {NumericalError} when a loss, the norm of the gradients or a weight is no longer finite.
 * @throws {DataError} when a checkpoint cannot be written, or all there are is damaged.
 */
export async function fit(task: Task, options: FitOptions): Promise<RunResult> {
  const run = new Run(task, options)
  let outcome: Outcome = 'failed'
  try {
    await run.begin()
    while (run.epoch < options.epochs && !run.ending) {
      for await (const batches of run.batchesOfSteps()) {
        await run.step(batches)
        if (run.ending) break
      }
      if (run.epochIsComplete()) await run.endEpoch()
      else await run.checkpoint()
    }
    outcome = run.ending?.outcome ?? 'finished'
    return run.result(outcome)
  } finally {
    await run.end(outcome)
  }
}
