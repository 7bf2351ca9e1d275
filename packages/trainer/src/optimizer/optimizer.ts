import { DataError, type Snapshot, type Stateful } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { readTensors } from '../snapshot.ts'
import type { ParameterGroup } from './parameter-group.ts'

/** What an update rule sees of one variable. Its result replaces the variable. */
export interface Update {
  variable: tf.Variable
  gradient: tf.Tensor
  learningRate: number
  /** 1 at the first step of the run. */
  step: number
  /** A moving tensor of the variable's shape, zero at first, by name. */
  slot(name: string): tf.Variable
}

/** How one variable moves: a pure rule, so that an optimiser is a rule and nothing else. */
export interface UpdateRule {
  name: string
  /** Decoupled (Loshchilov & Hutter 2019): a step multiplies the variable by 1 − learningRate · weightDecay first. */
  weightDecay: number
  update(update: Update): tf.Tensor
}

/** An optimiser at work on the variables of a run: its rule, its moments, its count of steps. */
export class Optimizer implements Stateful {
  readonly rule: UpdateRule
  #step = 0
  readonly #slots = new Map<string, tf.Variable>()

  constructor(rule: UpdateRule) {
    this.rule = rule
  }

  /**
   * One step on every variable that has a gradient.
   * @param gradients by the variables' names in the groups; each is disposed of once it has moved its variable.
   */
  apply(groups: readonly ParameterGroup[], gradients: ReadonlyMap<string, tf.Tensor>, learningRate: number): void {
    this.#step++
    for (const group of groups) {
      const rate = learningRate * (group.learningRate ?? 1)
      const decay = rate * this.rule.weightDecay * (group.weightDecay ?? 1)
      for (const [name, variable] of group.variables) {
        const gradient = gradients.get(name)
        if (!gradient) continue
        const slot = (kind: string) => this.#slot(`${name}:${kind}`, variable.shape)
        tf.tidy(() => {
          if (decay !== 0) variable.assign(tf.mul(variable, 1 - decay))
          variable.assign(this.rule.update({ variable, gradient, learningRate: rate, step: this.#step, slot }))
        })
        // At once: those of dense layers are as large as the layers.
        gradient.dispose()
      }
    }
  }

  #slot(name: string, shape: number[]): tf.Variable {
    let slot = this.#slots.get(name)
    if (!slot) {
      slot = tf.variable(tf.zeros(shape), false)
      this.#slots.set(name, slot)
    }
    return slot
  }

  async save(): Promise<Snapshot> {
    return { json: { rule: this.rule.name, step: this.#step }, tensors: await readTensors(this.#slots) }
  }

  /** @throws {DataError} when the state is that of another rule. */
  restore({ json, tensors }: Snapshot): void {
    const { rule, step } = json as { rule: string; step: number }
    if (rule !== this.rule.name) {
      throw new DataError('optimiser state', {
        expected: `that of ${this.rule.name}`,
        received: `that of ${rule}`,
        remedy: 'Resume with the optimiser that the run began with.',
      })
    }
    this.#step = step
    this.dispose()
    for (const [name, { data, shape }] of tensors) {
      this.#slots.set(
        name,
        tf.tidy(() => tf.variable(tf.tensor(data as Float32Array, [...shape]), false)),
      )
    }
  }

  dispose(): void {
    for (const slot of this.#slots.values()) slot.dispose()
    this.#slots.clear()
  }
}
