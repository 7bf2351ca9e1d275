import type { Snapshot, Stateful } from '@dml-crc/core'
import * as tf from '@tensorflow/tfjs'
import { assignTensors, readTensors } from '../snapshot.ts'

/**
 * An exponential moving average of variables. The first steps count for more, by the decay min(d, (1+t)/(10+t)) of
 * TensorFlow's ExponentialMovingAverage, so that the start does not linger.
 */
export class WeightAverage implements Stateful {
  readonly #decay: number
  readonly #variables: ReadonlyMap<string, tf.Variable>
  readonly #averages: ReadonlyMap<string, tf.Variable>
  #step = 0

  constructor(variables: ReadonlyMap<string, tf.Variable>, decay: number) {
    this.#decay = decay
    this.#variables = variables
    this.#averages = new Map([...variables].map(([name, v]) => [name, tf.tidy(() => tf.variable(tf.clone(v), false))]))
  }

  /** Takes the variables' present values in. */
  update(): void {
    const decay = Math.min(this.#decay, (1 + this.#step) / (10 + this.#step))
    this.#step++
    for (const [name, average] of this.#averages) {
      const value = this.#variables.get(name)!
      tf.tidy(() => average.assign(tf.add(tf.mul(average, decay), tf.mul(value, 1 - decay))))
    }
  }

  /** Runs `work` with the averages in the variables' place, then puts the variables' own values back. */
  async within<T>(work: () => Promise<T>): Promise<T> {
    const own = new Map([...this.#variables].map(([name, variable]) => [name, tf.clone(variable)]))
    this.assign()
    try {
      return await work()
    } finally {
      for (const [name, value] of own) {
        this.#variables.get(name)!.assign(value)
        value.dispose()
      }
    }
  }

  /** Sets the variables to their averages. */
  assign(): void {
    for (const [name, average] of this.#averages) tf.tidy(() => this.#variables.get(name)!.assign(tf.clone(average)))
  }

  async save(): Promise<Snapshot> {
    return { json: { step: this.#step }, tensors: await readTensors(this.#averages) }
  }

  restore({ json, tensors }: Snapshot): void {
    this.#step = (json as { step: number }).step
    assignTensors(this.#averages, tensors)
  }

  dispose(): void {
    for (const average of this.#averages.values()) average.dispose()
  }
}
