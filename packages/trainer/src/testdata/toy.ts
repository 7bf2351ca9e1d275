import { Prng } from '@dml-crc/core'
import type { Batch, Loader, LoaderState } from '@dml-crc/datasets'
import * as tf from '@tensorflow/tfjs'
import type { Task } from '../task.ts'

/** Twelve images of 2 × 2 pixels in three classes, in batches, in an order of its own each epoch. */
export class ToyLoader implements Loader {
  readonly batches: number
  readonly skipped = []
  readonly #size: number
  #epoch = 0
  #position = 0

  constructor(size = 4) {
    this.#size = size
    this.batches = 12 / size
  }

  state(): LoaderState {
    return { epoch: this.#epoch, position: this.#position, prng: Prng.fromSeed(0).state() }
  }

  restore({ epoch, position }: LoaderState): void {
    this.#epoch = epoch
    this.#position = position
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
    const order = Prng.fromSeed(5).split(this.#epoch).shuffle(Array(12).keys())
    for (let start = this.#position; start < 12; start += this.#size) {
      const indices = Int32Array.from(order.slice(start, start + this.#size))
      const labels = indices.map((index) => index % 3)
      const images = Uint8Array.from(
        { length: this.#size * 12 },
        (_, i) => (labels[Math.floor(i / 12)] * 90 + ((i * 37) % 50)) % 256,
      )
      this.#position += this.#size
      if (this.#position === 12) {
        this.#position = 0
        this.#epoch++
      }
      yield { images, shape: [this.#size, 2, 2, 3], labels, indices }
    }
  }
}

/** A dense layer on noisy pixels: a task with variables, and with a random generator that must be saved too. */
export function toyTask(): Task {
  const kernel = tf.tidy(() => tf.variable(tf.tensor2d(Prng.fromSeed(1).normals(36), [12, 3])))
  const bias = tf.tidy(() => tf.variable(tf.zeros([3])))
  let prng = Prng.fromSeed(2)
  const variables = new Map<string, tf.Variable>([
    ['kernel', kernel],
    ['bias', bias],
  ])
  return {
    name: 'toy',
    variables,
    groups: [{ name: 'all', variables }],
    loss({ images, labels }) {
      const noise = tf.tensor2d(prng.normals(labels.length * 12), [labels.length, 12])
      const pixels = tf.add(tf.div(tf.reshape(images, [labels.length, 12]), 255), tf.mul(noise, 0.1))
      const logits = tf.add(tf.matMul(pixels as tf.Tensor2D, kernel as tf.Tensor2D), bias)
      const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), 3)
      return tf.neg(tf.mean(tf.sum(tf.mul(tf.logSoftmax(logits), truth), 1))).asScalar()
    },
    save: async () => ({ json: prng.state(), tensors: new Map() }),
    restore({ json }) {
      prng = Prng.fromState(json as Parameters<typeof Prng.fromState>[0])
    },
    dispose: () => tf.dispose([kernel, bias]),
  }
}
