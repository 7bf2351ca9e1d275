import * as tf from '@tensorflow/tfjs'
import type { Task, TrainingBatch } from '../task.ts'
import { globalNorm, scale } from './clipping.ts'

/** The loss of a step and the gradients of the variables that it moves, by name. */
export interface StepGradients {
  loss: number
  gradients: Map<string, tf.Tensor>
  /** √Σ‖g‖² before clipping. */
  norm: number
}

/** Sums gradients over the batches of one optimiser step. */
export class GradientSum {
  readonly #task: Task
  readonly #trainable: ReadonlyMap<string, tf.Variable>
  #sum = new Map<string, tf.Tensor>()
  #loss = 0
  #batches = 0

  constructor(task: Task, trainable: ReadonlyMap<string, tf.Variable>) {
    this.#task = task
    this.#trainable = trainable
  }

  async add(batch: TrainingBatch): Promise<void> {
    const list = [...this.#trainable.values()]
    const { value, grads } = tf.variableGrads(() => this.#task.loss(batch), list)
    const [loss] = await value.data()
    value.dispose()
    for (const [name, variable] of this.#trainable) {
      const gradient = grads[variable.name]
      if (!gradient) continue
      const sum = this.#sum.get(name)
      this.#sum.set(name, sum ? tf.add(sum, gradient) : gradient)
      if (sum) tf.dispose([sum, gradient])
    }
    this.#loss += loss
    this.#batches++
    await this.#task.afterBatch?.(batch)
  }

  /** The means over the batches added, clipped; the sums start again at nothing. */
  async take(clipNorm?: number): Promise<StepGradients> {
    let gradients = this.#sum
    if (this.#batches > 1) {
      gradients = new Map([...this.#sum].map(([name, sum]) => [name, tf.div(sum, this.#batches)]))
      tf.dispose([...this.#sum.values()])
    }
    const length = globalNorm(gradients)
    const [norm] = await length.data()
    length.dispose()
    if (clipNorm !== undefined && norm > clipNorm) gradients = scale(gradients, clipNorm / norm)
    const loss = this.#loss / this.#batches
    this.#sum = new Map()
    this.#loss = 0
    this.#batches = 0
    return { loss, gradients, norm }
  }
}
