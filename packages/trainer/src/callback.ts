import type { Stateful } from '@dml-crc/core'
import type * as tf from '@tensorflow/tfjs'

/** What a run is, told once before its first step. */
export interface RunInfo {
  task: string
  /** Optimiser steps in the whole run. */
  steps: number
  epochs: number
  /** The step that comes next: 0, or where a resumed run goes on. */
  step: number
}

/** What is known right before a step is taken. */
export interface GradientEvent {
  step: number
  loss: number
  gradients: ReadonlyMap<string, tf.Tensor>
  variables: ReadonlyMap<string, tf.Variable>
}

/** What is known after an optimiser step. */
export interface StepEvent {
  /** 0 for the first of the run. */
  step: number
  epoch: number
  loss: number
  learningRate: number
  images: number
  /** Of this step. */
  seconds: number
  /** Of those, the time spent waiting for the loader. */
  waitSeconds: number
  /** Ends the run after this step, for the reason given. */
  stop(reason: string): void
}

/** What is known after an epoch. */
export interface EpochEvent {
  /** 0 for the first of the run. */
  epoch: number
  /** Steps taken so far. */
  step: number
  /** `loss`, the mean over the epoch, and whatever the run's `evaluate` measured. */
  values: Readonly<Record<string, number>>
  /** Ends the run after this epoch, for the reason given. */
  stop(reason: string): void
}

/** How a run ended: after its last step, by a callback, by an abort signal, or by an error. */
export type Outcome = 'finished' | 'stopped' | 'interrupted' | 'failed'

/**
 * Something that watches a run. What `save` gives goes into the checkpoints under the callback's name, so that a
 * resumed run goes on with what it knew.
 */
export interface Callback extends Partial<Stateful> {
  /** Unique within a run. */
  name: string
  start?(run: RunInfo): void | Promise<void>
  gradients?(event: GradientEvent): void | Promise<void>
  step?(event: StepEvent): void | Promise<void>
  epoch?(event: EpochEvent): void | Promise<void>
  end?(outcome: Outcome): void | Promise<void>
}
